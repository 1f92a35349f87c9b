"""Which kinds of day the scenarios of a runbook have seen, told from their journals alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from interlock.machines import ApproveState, Machine
from interlock.testing.scenario import Judgement
from interlock.testing.scenario.recording import Course, Recording

KINDS: Final = ("happy", "failed", "timed_out", "refused", "human silent", "evidence withdrawn")
"""What each runbook is tried on."""


def kinds_seen(machine: Machine, judgements: Iterable[Judgement]) -> set[str]:
    """Return the kinds that some scenario shows of a machine.

    A machine that asks nobody needs nobody's silence.
    """
    asked = {path for path, one in machine.states.items() if isinstance(one, ApproveState)}
    seen = set() if asked else {"human silent"}
    for judgement in judgements:
        seen.update(_of_run(machine.id, asked, judgement.played.recording))
    return seen


def _of_run(machine: str, asked: set[str], recording: Recording) -> Iterator[str]:
    mine = [one for one in recording.courses.values() if one.machine == machine]
    for course in mine:
        if course.outcome == "resolved":
            yield "happy"
        if any(move.source in asked and move.trigger.startswith("after") for move in course.moves):
            yield "human silent"
        if _lost_its_evidence(course, recording):
            yield "evidence withdrawn"
    ids = {one.id for one in mine}
    yield from (deed.result or "" for deed in recording.deeds.values() if deed.incident in ids)


def _lost_its_evidence(course: Course, recording: Recording) -> bool:
    """Return whether every firing that held when it began ended while it was under way."""
    ends = [one.until for one in recording.firings.values() if one.at <= course.at]
    last = course.closed_at or max((move.at for move in course.moves), default=course.at)
    return bool(ends) and any(until is not None and until <= last for until in ends)
