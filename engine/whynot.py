"""Why a rule did not fire: the journal folded up to a moment, and the rule held against it.

The fold says what stood at that moment: facts, firings, who held an exclusive group.  Beside it
everything that the rule's signals said is remembered, also what no rule wanted, because it is
there that the nearest miss is found.  What is live is decided by the rules' own memory, given a
rule for each of these signals that wants all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from interlock import digest
from interlock.engine.fold.decide import fold
from interlock.engine.fold.state import State
from interlock.engine.heard import Heard, documents, let_expire
from interlock.engine.journal.reader import Reader
from interlock.engine.library import Library
from interlock.engine.model import Entry, Kind
from interlock.errors import NotFound, RequestRejected
from interlock.language.diagnostics import nearest
from interlock.language.expression import print_expression
from interlock.language.values import TIMESTAMP, Unknown, Value, format_value
from interlock.rules.checks import Written
from interlock.rules.elements import Element
from interlock.rules.load import read_rules
from interlock.rules.model import Firing, SendEvent, StartMachine, Suppressed
from interlock.rules.nearmiss import NearMiss, near_miss
from interlock.rules.network import AssertSpec, Rule, SendSpec, StartSpec
from interlock.rules.rulebase import RuleBase

MOST_DEEP = 4
"""How many rules are asked one below the other why a fact is missing."""

MOST_BELOW = 100
"""How many rules are asked in one question why facts are missing."""

_READ = 1_000


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a rule has no effect at a moment, or that it has.

    Attributes:
        rule: the rule, whichever of its branches came nearest.
        at: the moment, ms.
        seq: the last entry before it.
        miss: how near the rule came.
        firing: id of its firing when it did fire for the nearest elements.
        fired_before: position and time (ms) it last fired at, whatever for.
        holder: rule that holds its exclusive group for the same incident, if that is why.
        last: of each signal it reads, position and time (ms) it last came at.
        lines: of each condition, the line each of its tests is written in.
        below: of each fact that is missing, why the rules that assert it are silent.
        suppressed: what holds the nearest elements back, if they match.
    """

    rule: Rule
    at: int
    seq: int
    miss: NearMiss
    firing: str | None
    fired_before: tuple[int, int] | None
    holder: str | None
    last: Mapping[str, tuple[int, int]]
    lines: Sequence[Mapping[str, int]]
    below: Mapping[str, Sequence[Silence]] = field(default_factory=dict)
    suppressed: Suppressed | None = None


def why_not(
    reader: Reader, name: str, *, at: int | None = None, where: Mapping[str, str] | None = None
) -> Silence:
    """Return why a rule has not fired.

    Args:
        reader: the store; it is read from its beginning.
        name: id of the rule, or the part after its package where only one rule is called so.
        at: the moment asked about, ms; None: the end of the journal.
        where: what fields of the elements in question read, e.g. ``{"service": "ledger"}``.

    Raises:
        NotFound: nothing had been decided by then, or no rule is called so.
        RequestRejected: no condition of the rule reads such a field.
        JournalError: the store cannot be read.
    """
    moment = _Moment(reader, at)
    if moment.state.bundle is None:
        raise NotFound("there is no bundle that had been activated by then")
    rule = moment.rule(name)
    _refuse_unread(moment.state.bundle.rulebase, rule, where or {})
    return moment.silence(rule, where or {}, {rule.id})


def _refuse_unread(rulebase: RuleBase, rule: Rule, where: Mapping[str, str]) -> None:
    """Refuse a condition that no element in question can meet."""
    readable = {name for pattern in rule.patterns for name in _fields(rulebase, pattern.declared)}
    for name in where:
        if name not in readable:
            hint = nearest(name, readable)
            message = f"where: nothing that {rule.id} asks for has a field {name!r}"
            raise RequestRejected(f"{message} ({hint})" if hint else message, field="where")


def _fields(rulebase: RuleBase, name: str) -> Mapping[str, object]:
    declared = rulebase.signal_types.get(name) or rulebase.fact_types.get(name)
    return {} if declared is None else declared.readable


class _Moment:
    """Everything as it stood at a moment."""

    def __init__(self, reader: Reader, at: int | None) -> None:
        self.state = State()
        self._heard = Heard()
        self._fired: dict[str, tuple[int, int]] = {}
        self._gone: dict[str, int] = {}
        self._below_asked = 0
        library = Library(reader.blob)
        self.at = 0
        for entry in _entries(reader):
            if at is not None and entry.at > at:
                break
            before = self.state.bundle
            decision = fold(self.state, entry, library).decision or {}
            if before is not None and before is not self.state.bundle:
                self._gone |= dict.fromkeys(before.rulebase.rules, entry.at)
            for firing in decision.get("firings", ()):
                self._fired[firing["rule"]] = entry.seq, entry.at
            self._heard.take(entry, self.state.bundle)
            self.at = entry.at
        self.at = self.at if at is None else at
        self._written: Mapping[str, Written] = {}
        if self.state.bundle is not None:
            written, _ = read_rules(documents(self.state.bundle), self.state.bundle.parameters)
            self._written = {one.rule.name: one for one in written}
        if self.state.memory is not None:
            let_expire(self.state.memory, self.at, self.state.seq)
        self._heard.expire(self.at, self.state.seq)

    def rule(self, name: str) -> Rule:
        """Return the rule that is called so, or whose name within its package is.

        Raises:
            NotFound: the bundle that decided at that moment has none; an earlier one may have.
        """
        assert self.state.bundle is not None
        rules = self.state.bundle.rulebase.rules
        called = [rule for rule in rules.values() if name in _names(rule.id)]
        if name in rules or len(called) == 1:
            return rules.get(name) or called[0]
        message = f"no active or shadow rule is called {name!r} in the bundle that decided then"
        until = [at for gone, at in self._gone.items() if name in _names(gone)]
        if until and not called:
            end = format_value(max(until), TIMESTAMP)
            hint = f"there was one until {end}; ask about a moment before that"
        else:
            hint = nearest(name, rules) or "; ".join(rule.id for rule in called[:5])
        raise NotFound(f"{message} ({hint})" if hint else message, rule=name)

    def silence(self, rule: Rule, where: Mapping[str, str], asked: set[str]) -> Silence:
        """Return why a rule is silent; rules in ``asked`` are not asked again."""
        memory, bundle = self.state.memory, self.state.bundle
        assert memory is not None
        assert bundle is not None
        miss = near_miss(bundle.rulebase, rule, self._live, wanted=where)
        firings = memory.firings() if miss.missed == 0 else ()
        held = memory.suppressed() if miss.missed == 0 else ()
        below, cut = self._below(miss, where, asked)
        return Silence(
            rule,
            self.at,
            self.state.seq,
            replace(miss, is_complete=miss.is_complete and not cut),
            firing=next((f.id for f in firings if _is_of(f, miss)), None),
            fired_before=self._fired.get(rule.id),
            holder=next((f.rule for f in firings if self._holds(f, miss)), None),
            last={
                pattern.declared: self._heard.last[pattern.declared]
                for pattern in (*rule.patterns, *rule.negations)
                if pattern.declared in self._heard.last
            },
            lines=_lines(self._written[miss.rule.name]),
            below=below,
            suppressed=next((one for one in held if _is_of(one, miss)), None),
        )

    def _holds(self, firing: Firing, miss: NearMiss) -> bool:
        """Whether a firing of another rule has the group and the incident this one wants."""
        assert self.state.bundle is not None
        rule, other = miss.rule, self.state.bundle.rulebase.rules[firing.rule]
        if rule.exclusive is None or other is rule or other.exclusive != rule.exclusive:
            return False
        acts = [one for one in firing.consequences if isinstance(one, StartMachine | SendEvent)]
        return bool(acts) and acts[0].incident == _incident(miss)

    def _below(
        self, miss: NearMiss, where: Mapping[str, str], asked: set[str]
    ) -> tuple[Mapping[str, Sequence[Silence]], bool]:
        """Return for each fact that is missing why the rules that assert it are silent.

        And whether some that might have been asked were not, because it would be too many.
        """
        bundle = self.state.bundle
        assert bundle is not None
        below: dict[str, list[Silence]] = {}
        for name in dict.fromkeys(
            c.type for c in miss.conditions if not c.negated and c.element is None
        ):
            for rule in bundle.rulebase.rules.values():
                if rule.id in asked or not _asserts(rule, name) or len(asked) > MOST_DEEP:
                    continue
                if self._below_asked >= MOST_BELOW:
                    return below, True
                self._below_asked += 1
                silence = self.silence(rule, where, asked | {rule.id})
                below.setdefault(name, []).append(silence)
        return below, False

    def _live(self, name: str) -> Sequence[Element]:
        assert self.state.memory is not None
        if name in self.state.memory.rulebase.signal_types:
            return self._heard.live(name)
        return self.state.memory.elements_of(name)


def _names(rule: str) -> tuple[str, str]:
    return rule, rule.rpartition("/")[2]


def _lines(written: Written) -> list[Mapping[str, int]]:
    """Return the line of each conjunct by its printed text, for each condition of a rule."""
    span, conditions = written.document.span, written.conditions
    return [
        {print_expression(one.node): span(one.loc).line for one in stated}
        for stated in (*conditions.stated, *conditions.forbidden)
    ]


def _entries(reader: Reader) -> Iterator[Entry]:
    start = 0
    while rows := reader.read(start, _READ):
        for row in rows:
            if row.kind != Kind.DECISION:
                yield Entry.of(row.seq, digest.decode(row.body))
        start = rows[-1].seq + 1


def _is_of(firing: Firing | Suppressed, miss: NearMiss) -> bool:
    # Branches may bind in another order what is one match all the same.
    elements = sorted(one.id for one in firing.elements)
    return firing.rule == miss.rule.id and elements == sorted(e.id for e in miss.elements)


def _incident(miss: NearMiss) -> Value | Unknown | None:
    """Return the incident the rule would act on."""
    acts = [one for one in miss.rule.consequences if isinstance(one, StartSpec | SendSpec)]
    bound = {
        pattern.alias: e.row for pattern, e in zip(miss.rule.patterns, miss.elements, strict=True)
    }
    return acts[0].incident.value({}, bound) if acts else None


def _asserts(rule: Rule, fact: str) -> bool:
    return any(isinstance(one, AssertSpec) and one.fact == fact for one in rule.consequences)
