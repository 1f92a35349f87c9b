"""Faults of whole rules and of rules together: what each rule says is well formed by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from interlock.language import Diagnostic, Document, Loc
from interlock.rules.conditions import Conditions
from interlock.rules.declare import Declarations
from interlock.rules.examples import Example
from interlock.rules.network import (
    AssertSpec,
    ElementKind,
    Join,
    Operator,
    Pattern,
    Rule,
    SendSpec,
    StartSpec,
)
from interlock.rules.packs import MAX_RULE_PATTERNS
from interlock.rules.strata import Strata, asserted, negated, read


@dataclass(frozen=True, slots=True)
class Written:
    """A compiled rule with where it is written.

    Attributes:
        document, loc: the document and the rule's place in it.
        rule: as compiled, its stratum not settled yet.
        conditions: its ``when``.
        is_sound: whether compiling it found no errors.
        is_disabled: whether it is only checked.
        examples: its inline examples.
    """

    document: Document
    loc: Loc
    rule: Rule
    conditions: Conditions
    is_sound: bool
    is_disabled: bool
    examples: tuple[Example, ...] = ()

    def report(
        self, where: Loc, code: str, message: str, hint: str | None = None, *, warning: bool = False
    ) -> None:
        """Report a fault at a place within the rule."""
        self.document.report((*self.loc, *where), code, message, hint, warning=warning)


def check_rule(written: Written, declarations: Declarations) -> None:
    """Check one rule by itself."""
    rule = written.rule
    if not rule.patterns:
        message = "needs at least one signal or fact that must be there"
        written.report(("when",), "RV110", message, "add one before not")
    if len(rule.patterns) > MAX_RULE_PATTERNS:
        message = f"has {len(rule.patterns)} patterns, {MAX_RULE_PATTERNS} is the most"
        written.report(("when",), "RV330", message, "assert a fact from some and match that")
    _check_group(written)
    # What does not compile would be missed here and reported twice.
    if written.is_sound and not declarations.broken:
        _check_bindings(written)
        _check_joins(written)
        _check_correlation(written, declarations)


def _check_bindings(written: Written) -> None:
    bindings = written.conditions.bindings
    for alias, at in bindings.places.items():
        if alias not in bindings.used and not alias.startswith("_"):
            message, hint = f"nothing reads {alias!r}", f"use it in why, or call it _{alias}"
            written.document.report(at, "RV213", message, hint, warning=True)


def _check_joins(written: Written) -> None:
    """Warn of patterns that are combined with every match before them."""
    linked = _Linked(written.rule.patterns)
    for place, pattern in enumerate(written.rule.patterns):
        if place and not linked.joined(place, range(place)):
            message = f"{pattern.alias!r} is joined to nothing before it by =="
            at = written.conditions.places[place]
            written.document.report(at, "RV320", message, _EQUATE, warning=True)


def _check_correlation(written: Written, declarations: Declarations) -> None:
    """Warn of signals whose correlation keys are not equated: they may live in two partitions."""
    linked = _Linked(written.rule.patterns)
    signals = [
        (place, declarations.signals[pattern.declared].correlate)
        for place, pattern in enumerate(written.rule.patterns)
        if pattern.kind is ElementKind.SIGNAL
    ]
    for (first, ours), (second, theirs) in pairwise(signals):
        pairs = zip(ours, theirs, strict=False)
        if len(ours) != len(theirs) or not all(
            linked.equal((first, left), (second, right)) for left, right in pairs
        ):
            one, other = written.rule.patterns[first], written.rule.patterns[second]
            message = (
                f"joins across correlation keys: {_key(other, theirs)} "
                f"is not equated with {_key(one, ours)}"
            )
            at = written.conditions.places[second]
            silent = [p.declared for p, key in ((one, ours), (other, theirs)) if key == _UNSAID]
            hint = f"declare `correlate` of {silent[0]}" if len(silent) == 1 else _EQUATE
            written.document.report(at, "RV324", message, hint, warning=True)


def _key(pattern: Pattern, fields: Sequence[str]) -> str:
    return ", ".join(f"{pattern.alias}.{name}" for name in fields)


_UNSAID = ("subject",)
"""What signals are correlated by that do not say it."""

_EQUATE = "add a condition such as service == err.service"


class _Linked:
    """Which fields of a rule's patterns are equated, directly or through others."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        place_of = {pattern.alias: place for place, pattern in enumerate(patterns)}
        self._leader: dict[tuple[int, str], tuple[int, str]] = {}
        self._edges: set[frozenset[int]] = set()
        for place, pattern in enumerate(patterns):
            for join in _equalities(pattern):
                other = place_of[join.alias]
                self._edges.add(frozenset({place, other}))
                self._leader[self._find((place, join.field))] = self._find((other, join.other))

    def equal(self, one: tuple[int, str], other: tuple[int, str]) -> bool:
        return self._find(one) == self._find(other)

    def joined(self, place: int, others: Sequence[int]) -> bool:
        return any(frozenset({place, other}) in self._edges for other in others)

    def _find(self, one: tuple[int, str]) -> tuple[int, str]:
        while one in self._leader and self._leader[one] != one:
            one = self._leader[one]
        return one


def _equalities(pattern: Pattern) -> Iterator[Join]:
    return (join for join in pattern.joins if join.operator is Operator.EQ)


def _check_group(written: Written) -> None:
    rule = written.rule
    if rule.exclusive is None:
        return
    acts = [s for s in rule.consequences if isinstance(s, StartSpec | SendSpec)]
    if not acts:
        message = "competes for a group but neither starts nor sends anything"
        written.report(("exclusive",), "RV351", message)
    if len({spec.incident.text for spec in acts}) > 1:
        written.report(("then",), "RV351", "a rule in a group acts on one incident")
    if any(isinstance(spec, AssertSpec) for spec in rule.consequences):
        message = "a rule in a group may not assert: facts would depend on who won"
        written.report(("then",), "RV351", message, "assert the fact in a rule of its own")


def check_together(written: Sequence[Written], declarations: Declarations) -> dict[str, Diagnostic]:
    """Check the rules that are not disabled, sorted by id, as a whole.

    Returns:
        The facts that no rule reads, with the warning of each: a machine may wait for one.
    """
    _check_salience(written)
    return _check_readers(written, declarations)


def _check_salience(written: Sequence[Written]) -> None:
    """Refuse groups in which only the id could tell who wins."""
    first: dict[tuple[str, int], str] = {}
    for one in written:
        rule = one.rule
        if rule.exclusive is not None:
            other = first.setdefault((rule.exclusive, rule.salience), rule.id)
            if other != rule.id:
                message = (
                    f"has salience {rule.salience} in group {rule.exclusive!r}, as has {other!r}"
                )
                one.report(("exclusive",), "RV311", message, "give them different salience")


def _check_readers(written: Sequence[Written], declarations: Declarations) -> dict[str, Diagnostic]:
    """Warn of facts that one side of the rules does not know; return those nobody reads."""
    unread: dict[str, Diagnostic] = {}
    made = {fact for one in written for fact in asserted(one.rule)}
    wanted = {fact for one in written for fact in read(one.rule) | negated(one.rule)}
    for fact in sorted((made ^ wanted) & declarations.facts.keys()):
        document, loc = declarations.places[fact]
        if fact in made:
            message, hint = f"no rule reads {fact!r}", "read it in a rule, or wait in a machine"
            document.report(loc, "RV341", message, hint, key=True, warning=True)
            unread[fact] = document.diagnostics[-1]
        elif declarations.facts[fact].ttl_ms is None:
            message, hint = f"no rule asserts {fact!r}", "give it a ttl if operators set it"
            document.report(loc, "RV342", message, hint, key=True, warning=True)
    return unread


def check_strata(written: Sequence[Written], strata: Strata) -> None:
    """Refuse negations that depend on themselves; warn of chains that may not end."""
    for one in written:
        if one.rule.id in strata.unstratified:
            facts = ", ".join(sorted(negated(one.rule)))
            message = f"asserts what {facts} follows from, and needs {facts} to be absent"
            one.report(("then",), "RV343", message, "break the circle with a signal")
        elif asserted(one.rule) & strata.recursive and read(one.rule) & strata.recursive:
            message = "may assert what it follows from, again and again"
            one.report(("then",), "RV340", message, "make sure that it ends", warning=True)
