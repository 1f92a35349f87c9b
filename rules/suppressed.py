"""What does not fire although it matches, as the engine sees it, and the cooldowns that begin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from interlock.rules.activation import Activation, ActivationKey, RepeatKey
from interlock.rules.elements import Element
from interlock.rules.fill import reason
from interlock.rules.model import ElementRef, Suppressed
from interlock.rules.network import Rule
from interlock.rules.state import Mark, State
from interlock.rules.temporal.derived import Derived
from interlock.rules.turns import held_by


def mark(
    state: State, arisen: Iterable[Activation], continuing: Collection[ActivationKey], now: int
) -> list[Mark]:
    """Begin the cooldowns of what fires in a step, and return them.

    Args:
        state: whose marks are set.
        arisen: what fires.
        continuing: those that only go on with a turn; their cooldown has begun.
        now: the journal's time, ms.
    """
    marks = []
    for one in arisen:
        cooldown = one.rule.repeats.cooldown_ms if one.rule.repeats is not None else 0
        if cooldown and one.repeat is not None and one.key not in continuing:
            begun = state.marks[one.repeat] = Mark(one.repeat, one.id, now + cooldown)
            marks.append(begun)
    return marks


def held_back(
    state: State,
    formed: Mapping[ActivationKey, Activation],
    lost: Iterable[RepeatKey],
) -> tuple[Suppressed, ...]:
    """Return what a step held back, in agenda order.

    Args:
        state: memory at the end of the step.
        formed: what came to match in the step.
        lost: keys whose turn ended in it: where nobody took it, those who wait now wait for
            something else.
    """
    found = {one.key: one for one in formed.values() if one.is_held}
    for key in lost:
        if key not in state.turns:
            found |= {one.key: one for one in state.waiting.of(key)}
    return suppressed(state, found.values())


def suppressed(state: State, held: Iterable[Activation]) -> tuple[Suppressed, ...]:
    """Return activations that are held back as the engine sees them, in agenda order."""
    return tuple(_told(state, one) for one in sorted(held, key=lambda one: one.agenda_order))


def _told(state: State, held: Activation) -> Suppressed:
    kind, by, until = held_by(state, held)
    return Suppressed(
        id=held.id,
        rule=held.rule.id,
        elements=refs(held.rule, held.elements),
        why=reason(held.rule, held.elements, held.now),
        kind=kind,
        by=by,
        until=until,
        reason="" if held.exception is None else held.exception.reason,
        branch=held.rule.branch,
    )


def refs(rule: Rule, elements: Sequence[Element]) -> tuple[ElementRef, ...]:
    """Return what a match binds, in pattern order."""
    return tuple(
        ElementRef(
            pattern.alias,
            e.id,
            pattern.declared,
            e.position,
            e.basis if isinstance(e, Derived) else None,
        )
        for pattern, e in zip(rule.patterns, elements, strict=True)
    )
