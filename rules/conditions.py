"""``when:`` of a rule: from texts to the tests and joins of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interlock.language import Document, Loc
from interlock.language.expression import OPEN
from interlock.language.expression.parameters import PARAMS
from interlock.rules.branches import Placed
from interlock.rules.condition_schema import (
    AbsentPattern,
    Condition,
    CountPattern,
    FactPattern,
    NoFact,
    NoSignal,
    NotPattern,
    SignalPattern,
)
from interlock.rules.declare import Declarations
from interlock.rules.draft import Bindings, Draft, Stated, draft
from interlock.rules.network import Pattern
from interlock.rules.temporal.absent import Absent
from interlock.rules.temporal.conditions import Lasting, bind_since
from interlock.rules.temporal.counting import Counting
from interlock.rules.temporal.waiting import Awaited, Waits


@dataclass(frozen=True, slots=True)
class Conditions:
    """The compiled ``when:``.

    Attributes:
        patterns: what must exist.
        places: where each of ``patterns`` is written.
        negations: what must not exist.
        bindings: the aliases for ``then`` and ``why``.
        stated: the conjuncts of each of ``patterns``.
        forbidden: the conjuncts of each of ``negations``.
        heard: what a signal must be to be heard, of each of ``patterns`` that is an absence.
        counted: the conjuncts of what is counted, by the alias of the number.
        awaited: what must not come in time.
    """

    patterns: tuple[Pattern, ...]
    places: tuple[Loc, ...]
    negations: tuple[Pattern, ...]
    bindings: Bindings
    stated: tuple[tuple[Stated, ...], ...] = ()
    forbidden: tuple[tuple[Stated, ...], ...] = ()
    heard: tuple[tuple[Stated, ...], ...] = ()
    counted: Mapping[str, tuple[Stated, ...]] = field(default_factory=dict)
    awaited: tuple[Awaited, ...] = ()


def compile_conditions(
    document: Document, placed: Sequence[Placed], declarations: Declarations
) -> Conditions:
    """Compile the conditions of one rule; faults are reported to the document.

    Args:
        document: where the rule stands.
        placed: its conditions in written order, or those of one branch of it.
        declarations: all signals and facts.
    """
    when = _When(document, declarations)
    for at, condition in placed:
        when.take(at, condition)
    return when.finished()


class _When:
    """The conditions of one rule, or of one branch of it, while they are compiled in order."""

    def __init__(self, document: Document, declarations: Declarations) -> None:
        self._document = document
        self._declarations = declarations
        self._bindings = Bindings(parameters=declarations.parameters)
        self._waits = Waits(document)
        self._lasting: dict[str, tuple[int, Lasting, int | None]] = {}
        self._patterns: list[Pattern] = []
        self._places: list[Loc] = []
        self._negations: list[Pattern] = []
        self._stated: list[tuple[Stated, ...]] = []
        self._forbidden: list[tuple[Stated, ...]] = []
        self._heard: list[tuple[Stated, ...]] = []
        self._counted: dict[str, tuple[Stated, ...]] = {}

    def take(self, at: Loc, condition: Condition) -> None:
        """Compile the next condition."""
        match condition:
            case NotPattern():
                self._not((*at, "not"), condition.negated)
            case CountPattern():
                counting = Counting(
                    self._document, at, condition, self._declarations, self._bindings
                )
                self._counted[condition.alias] = counting.stated
                self._add(at, condition.alias, counting.drafted, counting.pattern())
            case AbsentPattern():
                absent = Absent(self._document, at, condition, self._declarations, self._bindings)
                self._add(at, condition.alias, absent.drafted, absent.pattern())
                self._heard[-1] = tuple(absent.heard.stated)
            case _:
                self._one(at, condition)

    def finished(self) -> Conditions:
        """Return the conditions, what must last or be waited for among them."""
        for alias, (place, lasting, lasts_ms) in self._lasting.items():
            answers = self._waits.of.get(alias, ())
            if lasts_ms is not None or answers:
                self._patterns[place] = lasting.pattern(alias, lasts_ms, answers)
            if lasts_ms is None and (answers or self._waits.is_broken):
                bind_since(self._document, self._places[place], alias, self._bindings)
        _report_shadowing(self._document, self._bindings)
        return Conditions(
            tuple(self._patterns),
            tuple(self._places),
            tuple(self._negations),
            self._bindings,
            tuple(self._stated),
            tuple(self._forbidden),
            tuple(self._heard),
            self._counted,
            tuple(self._waits.awaited),
        )

    def _one(self, at: Loc, condition: SignalPattern | FactPattern) -> None:
        drafted = draft(self._document, at, condition, self._declarations, self._bindings)
        lasting = Lasting(self._document, at, drafted, self._declarations)
        self._lasting[condition.alias] = len(self._patterns), lasting, condition.lasts
        self._add(at, condition.alias, drafted, drafted.compiled(condition.alias))
        if condition.lasts is not None:
            bind_since(self._document, at, condition.alias, self._bindings)

    def _not(self, at: Loc, negated: NoSignal | NoFact) -> None:
        drafted = draft(self._document, at, negated, self._declarations, self._bindings)
        if negated.within is not None:
            self._waits.add(at, drafted, negated.within, self._lasting)
        else:
            self._negations.append(drafted.compiled(""))
            self._forbidden.append(tuple(drafted.stated))

    def _add(self, at: Loc, alias: str, drafted: Draft, pattern: Pattern) -> None:
        self._patterns.append(pattern)
        self._stated.append(tuple(drafted.stated))
        self._heard.append(())
        self._places.append(at)
        _bind(self._document, at, alias, drafted, self._bindings)


def _bind(document: Document, loc: Loc, alias: str, drafted: Draft, bindings: Bindings) -> None:
    at = (*loc, "as")
    if alias in bindings.fields:
        document.report(at, "RV214", f"{alias!r} is bound already", "choose another name")
    if alias == PARAMS and bindings.parameters.values:
        document.report(at, "RV214", f"{alias!r} is how parameters are read", "choose another name")
    bindings.fields[alias] = drafted.fields
    bindings.places[alias] = at
    bindings.certain[alias] = drafted.certain
    bindings.present |= {(alias, name) for own, name in drafted.scope.present if not own}


def _report_shadowing(document: Document, bindings: Bindings) -> None:
    """Report every alias that reads like a field of something the rule binds."""
    for alias, at in bindings.places.items():
        for fields in bindings.fields.values():
            if fields is not OPEN and alias in fields:
                message = f"{alias!r} is also a field of what this rule binds"
                document.report(at, "RV214", message, "choose another name")
                break
