"""A run that was led as the scenario that repeats it: what came, who answered, what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.language.values import format_duration
from interlock.testing.generate.lead import Lead
from interlock.testing.record.write import written
from interlock.testing.scenario.recording import Course, Recording
from interlock.testing.scripts import Answer

Written = dict[str, Any]
_TIMES = ("at", "every", "after")
"""Keys of lengths of time, which are counted in ms until they are written."""


def scenario_of(lead: Lead, name: str, covers: Sequence[str], expect: Sequence[Written]) -> Written:
    """Return the scenario of a run.

    Args:
        lead: the run, at its end.
        name: of the scenario; says what it reaches.
        covers: the rules and machines it is about.
        expect: what is expected besides the ways that incidents went and what was done.
    """
    recording = lead.recording
    guide = lead.guide
    scenario: Written = {
        "name": name,
        "covers": sorted(covers),
        "given": [_timed(one) for one in sorted(lead.world.given, key=lambda one: one["at"])],
        "executors": {
            action: _one_or_all([_answer(lead.bundle, action, one) for one in some])
            for action, some in sorted(guide.answered.items())
        },
        "probes": {
            probe: _one_or_all(
                [one if isinstance(one, str) else _sight(lead.bundle, probe, one) for one in some]
            )
            for probe, some in sorted(guide.looked.items())
        },
        "humans": [_timed(one) for one in lead.humans],
        "expect": [*expect, *_came(recording)],
    }
    if not recording.courses or not any("at" in one for one in expect):
        scenario["until"] = format_duration(max(1, lead.harness.now - lead.world.start))
    return {key: value for key, value in scenario.items() if value}


def _timed(one: Mapping[str, Any]) -> Written:
    return {n: format_duration(v) if n in _TIMES else v for n, v in one.items()}


def _one_or_all(items: list[Any]) -> object:
    """Return what is the same every time as one; a last one that repeats is written once."""
    return items[0] if items.count(items[0]) == len(items) else items


def _answer(bundle: Bundle, action: str, answer: Answer) -> Written:
    match answer.outcome:
        case "ok":
            fields = bundle.machinebase.actions[action].outputs
            outputs = {n: written(fields[n].type, value) for n, value in answer.outputs.items()}
            return {"returns": outputs}
        case "error":
            return {"fails": answer.code}
        case "timeout":
            return {"times_out": True}
        case "refused":
            return {"refuses": answer.message}
        case _:
            return {"hangs": True}


def _sight(bundle: Bundle, probe: str, seen: Mapping[str, Any]) -> Written:
    fields = bundle.machinebase.probes.get(probe, {})
    return {n: written(fields[n].type, value) for n, value in seen.items() if n in fields}


def whose(course: Course) -> Written:
    """Return whose an expectation is: a machine's incident, or a branch of it."""
    whose = {"machine": course.machine.partition("/")[0], "incident": course.key}
    return {**whose, "branch": course.branch} if course.branch else whose


def _came(recording: Recording) -> Iterator[Written]:
    """Yield the way and the end of every incident, and every action with its result."""
    for course in recording.courses.values():
        of_it = whose(course)
        yield {"path": [move.dest for move in course.moves], **of_it}
        if course.outcome is not None:
            yield {"outcome": course.outcome, **of_it}
    deeds = Counter(
        (deed.action, len(deed.sent), deed.result)
        for deed in recording.deeds.values()
        if deed.result is not None
    )
    for (action, attempts, result), times in deeds.items():
        once = {"action": action, "attempts": attempts, "result": result}
        yield {**once, "times": times}


def fired(recording: Recording, rule: str, start: int) -> Iterator[Written]:
    """Yield from when on a rule holds, or that it does not.

    Args:
        recording: what happened.
        rule: its id.
        start: when the run began, ms.
    """
    moments = [one.at for one in recording.firings.values() if one.rule == rule]
    if not moments:
        yield {"not_fired": rule}
        return
    at = min(moments) - start
    if at:
        yield {"at": format_duration(at - 1), "not_fired": rule}
    yield {"at": format_duration(at), "fired": rule}


def turn(course: Course, start: int, place: int) -> Iterator[Written]:
    """Yield that an incident is in a state up to a moment, and in another one from then on.

    Args:
        course: what became of it.
        start: when the run began, ms.
        place: number of the move that leads from the one to the other.
    """
    move, before = course.moves[place], course.moves[place - 1] if place else None
    of_it = whose(course)
    at = move.at - start
    if before is not None and before.at < move.at:
        yield {"at": format_duration(at - 1), "state": before.dest, **of_it}
    after = course.moves[place + 1] if place + 1 < len(course.moves) else None
    if after is None or after.at > move.at:
        yield {"at": format_duration(at), "state": move.dest, **of_it}
