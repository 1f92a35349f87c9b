"""How near a rule came to fire, on its way to the wire and back."""

from __future__ import annotations

from typing import Final

from interlock.server.convert_views import write_moment, write_position
from interlock.server.nearness import (
    ConditionMade,
    ConjunctMade,
    NotFired,
    Occurrence,
    Restraint,
    VerdictWord,
)
from interlock.server.views import Position
from interlock.v1 import audit_pb2 as wire
from interlock.v1.audit_pb2 import ConditionVerdict
from interlock.v1.position_pb2 import Position as WirePosition

_VERDICTS: Final[dict[VerdictWord, ConditionVerdict.ValueType]] = {
    "true": ConditionVerdict.CONDITION_VERDICT_TRUE,
    "false": ConditionVerdict.CONDITION_VERDICT_FALSE,
    "unknown": ConditionVerdict.CONDITION_VERDICT_UNKNOWN,
    "open": ConditionVerdict.CONDITION_VERDICT_OPEN,
}
_WORDS: Final = {number: word for word, number in _VERDICTS.items()}


def write_not_fired(silence: NotFired) -> wire.NotFired:
    """Return why a rule is silent as the wire has it."""
    before, held = silence.fired_before, silence.restraint
    return wire.NotFired(
        rule=silence.rule,
        file=silence.file,
        line=silence.line,
        branch=silence.branch,
        shadow=silence.shadow,
        at=write_moment(silence.at),
        position=write_position(silence.position),
        conditions=[_write_condition(one) for one in silence.conditions],
        missed=silence.missed,
        complete=silence.complete,
        firing=silence.firing,
        fired_before=None if before is None else _write_occurrence(before),
        exclusive=silence.exclusive,
        held_by=silence.held_by,
        restraint=None if held is None else _write_restraint(held),
    )


def read_not_fired(message: wire.NotFired) -> NotFired:
    """Return why a rule is silent, as a service of any version says it."""
    return NotFired(
        rule=message.rule,
        file=message.file,
        line=message.line,
        branch=message.branch,
        shadow=message.shadow,
        at=message.at.ToMilliseconds(),
        position=_read_position(message.position),
        conditions=tuple(_read_condition(one) for one in message.conditions),
        missed=message.missed,
        complete=message.complete,
        firing=message.firing,
        fired_before=(
            _read_occurrence(message.fired_before) if message.HasField("fired_before") else None
        ),
        exclusive=message.exclusive,
        held_by=message.held_by,
        restraint=_read_restraint(message.restraint) if message.HasField("restraint") else None,
    )


def _write_condition(one: ConditionMade) -> wire.ConditionMade:
    return wire.ConditionMade(
        kind=one.kind,
        name=one.name,
        alias=one.alias,
        negated=one.negated,
        verdict=_VERDICTS[one.verdict],
        element=one.element,
        position=None if one.position is None else write_position(one.position),
        candidates=one.candidates,
        last=None if one.last is None else _write_occurrence(one.last),
        conjuncts=[
            wire.ConjunctMade(
                text=made.text,
                line=made.line or 0,
                verdict=_VERDICTS[made.verdict],
                seen=made.seen,
            )
            for made in one.conjuncts
        ],
        because=[write_not_fired(below) for below in one.because],
        absent=one.absent,
    )


def _read_condition(message: wire.ConditionMade) -> ConditionMade:
    return ConditionMade(
        kind=message.kind,
        name=message.name,
        alias=message.alias,
        negated=message.negated,
        verdict=_WORDS.get(message.verdict, "open"),
        element=message.element,
        position=_read_position(message.position) if message.HasField("position") else None,
        candidates=message.candidates,
        last=_read_occurrence(message.last) if message.HasField("last") else None,
        conjuncts=tuple(
            ConjunctMade(
                made.text, made.line or None, _WORDS.get(made.verdict, "open"), dict(made.seen)
            )
            for made in message.conjuncts
        ),
        because=tuple(read_not_fired(below) for below in message.because),
        absent=message.absent,
    )


def _write_occurrence(one: Occurrence) -> wire.Occurrence:
    return wire.Occurrence(position=write_position(one.position), at=write_moment(one.at))


def _read_occurrence(message: wire.Occurrence) -> Occurrence:
    return Occurrence(_read_position(message.position), message.at.ToMilliseconds())


def _write_restraint(held: Restraint) -> wire.Restraint:
    until = None if held.until is None else write_moment(held.until)
    return wire.Restraint(kind=held.kind, by=held.by, until=until, reason=held.reason)


def _read_restraint(message: wire.Restraint) -> Restraint:
    until = message.until.ToMilliseconds() if message.HasField("until") else None
    return Restraint(message.kind, message.by, until, message.reason)


def _read_position(message: WirePosition) -> Position:
    return Position(message.partition, message.seq)
