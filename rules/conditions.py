"""``when:`` of a rule: from texts to the tests and joins of the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.language import Document, Loc
from interlock.language.expression import OPEN
from interlock.language.expression.parameters import PARAMS
from interlock.rules.branches import Placed
from interlock.rules.declare import Declarations
from interlock.rules.draft import Bindings, Draft, Stated, draft
from interlock.rules.network import Pattern
from interlock.rules.schema import CountPattern, NotPattern
from interlock.rules.temporal.conditions import Lasting, bind_since
from interlock.rules.temporal.counting import Counting


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
    """

    patterns: tuple[Pattern, ...]
    places: tuple[Loc, ...]
    negations: tuple[Pattern, ...]
    bindings: Bindings
    stated: tuple[tuple[Stated, ...], ...] = ()
    forbidden: tuple[tuple[Stated, ...], ...] = ()


def compile_conditions(
    document: Document, placed: Sequence[Placed], declarations: Declarations
) -> Conditions:
    """Compile the conditions of one rule; faults are reported to the document.

    Args:
        document: where the rule stands.
        placed: its conditions in written order, or those of one branch of it.
        declarations: all signals and facts.
    """
    bindings = Bindings(parameters=declarations.parameters)
    patterns: list[Pattern] = []
    places: list[Loc] = []
    negations: list[Pattern] = []
    stated: list[tuple[Stated, ...]] = []
    forbidden: list[tuple[Stated, ...]] = []
    for at, condition in placed:
        if isinstance(condition, NotPattern):
            drafted = draft(document, (*at, "not"), condition.negated, declarations, bindings)
            negations.append(drafted.compiled(""))
            forbidden.append(tuple(drafted.stated))
            continue
        if isinstance(condition, CountPattern):
            counting = Counting(document, at, condition, declarations, bindings)
            drafted, pattern = counting.drafted, counting.pattern()
        elif condition.lasts is None:
            drafted = draft(document, at, condition, declarations, bindings)
            pattern = drafted.compiled(condition.alias)
        else:
            drafted = draft(document, at, condition, declarations, bindings)
            lasting = Lasting(document, at, drafted, declarations)
            pattern = lasting.pattern(condition.alias, condition.lasts)
        patterns.append(pattern)
        stated.append(tuple(drafted.stated))
        places.append(at)
        _bind(document, at, condition.alias, drafted, bindings)
        if not isinstance(condition, CountPattern) and condition.lasts is not None:
            bind_since(document, at, condition.alias, bindings)
    _report_shadowing(document, bindings)
    return Conditions(
        tuple(patterns), tuple(places), tuple(negations), bindings, tuple(stated), tuple(forbidden)
    )


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
