"""What the engine tells of a silent rule, as the server says it."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.model import PARTITION
from interlock.engine.whynot import Silence
from interlock.rules import nearmiss
from interlock.rules.model import Suppressed
from interlock.server.nearness import (
    ConditionMade,
    ConjunctMade,
    NotFired,
    Occurrence,
    Restraint,
)
from interlock.server.views import Position


def nearness(silence: Silence) -> NotFired:
    """Return how near a rule came, with the rules below it."""
    miss, rule = silence.miss, silence.rule
    return NotFired(
        rule=rule.id,
        file=rule.path,
        line=rule.line,
        branch=miss.rule.branch,
        shadow=rule.shadow,
        at=silence.at,
        position=Position(PARTITION, silence.seq),
        conditions=tuple(
            _condition(silence, one, lines)
            for one, lines in zip(miss.conditions, silence.lines, strict=True)
        ),
        missed=miss.missed,
        complete=miss.is_complete,
        firing=silence.firing or "",
        fired_before=_occurrence(silence.fired_before),
        exclusive=miss.rule.exclusive or "",
        held_by=silence.holder or "",
        restraint=_restraint(silence.suppressed),
    )


def _condition(
    silence: Silence, one: nearmiss.ConditionMade, lines: Mapping[str, int]
) -> ConditionMade:
    below = () if one.element is not None or one.negated else silence.below.get(one.type, ())
    element = one.element
    is_there = element is not None and not (one.absent and element.expiry is not None)
    return ConditionMade(
        kind=one.kind.value,
        name=one.type,
        alias=one.alias,
        negated=one.negated,
        verdict=one.verdict.value,
        element=element.id if element is not None and is_there else "",
        position=Position(PARTITION, element.position) if element and element.position else None,
        candidates=one.candidates,
        last=_occurrence(silence.last.get(one.type)),
        conjuncts=tuple(
            ConjunctMade(test.text, lines.get(test.text), test.verdict.value, test.seen)
            for test in one.tests
        ),
        because=tuple(nearness(silent) for silent in below),
        absent=one.absent,
    )


def _occurrence(when: tuple[int, int] | None) -> Occurrence | None:
    return None if when is None else Occurrence(Position(PARTITION, when[0]), when[1])


def _restraint(held: Suppressed | None) -> Restraint | None:
    return None if held is None else Restraint(held.kind, held.by, held.until, held.reason)
