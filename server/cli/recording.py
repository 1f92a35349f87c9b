"""``interlock test record``: an incident of a store as a scenario, tried before it is given out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.language.diagnostics import Diagnostic
from interlock.language.document import load_documents
from interlock.server.cli import offline
from interlock.server.cli.exits import Exit
from interlock.server.cli.harmless import harmless
from interlock.server.inputs import InputRejected
from interlock.testing.record import Redaction, Told, read_incident, scenario_of
from interlock.testing.record.text import document_text
from interlock.testing.scenario import KIND, Judgement, judge, load_scenarios, play, read_shape
from interlock.testing.scenario.recording import Course


@dataclass(frozen=True)
class Recorded:
    """A test document and what its scenario misses on the bundle that was active.

    Attributes:
        text: of the document.
        misses: what did not come out as it was.
    """

    text: str
    misses: Sequence[Diagnostic]


def record(url: str, incident: str, *, uses: Sequence[Path], names: Sequence[str]) -> Exit:
    """Print the scenario of an incident.

    Args:
        url: of the store.
        incident: its id.
        uses: where the bundle lies, from where the document will lie.
        names: further fields whose texts are taken out.

    Raises:
        InputRejected, JournalError: there is no store, or it cannot be read.
        NotFound: it knows no such incident.
    """
    if not url:
        raise InputRejected("test record reads a store: give --store sqlite:///PATH")
    with offline.opened(url) as reader:
        told = read_incident(reader, incident)
    found = recorded(told, uses=[str(one) for one in uses] or ["."], names=names)
    print(found.text, end="")
    for miss in found.misses:
        print(harmless(f"not as it was: {miss}"), file=sys.stderr)
    return Exit.FOUND if found.misses else Exit.OK


def recorded(told: Told, *, uses: Sequence[str], names: Sequence[str] = ()) -> Recorded:
    """Return the test document of an incident, tried on the bundle that was active.

    What else machines did with these signals is allowed, not expected.
    """
    redaction = Redaction(names)
    name = f"{told.course.machine} for {redaction.of('incident', told.course.key)}"
    document = {"interlock": KIND, "uses": list(uses), **scenario_of(told, redaction, name=name)}
    judgement = _tried(told, document)
    besides = _besides(told, judgement)
    if besides:
        document["scenarios"][0]["allow"] = besides
        judgement = _tried(told, document)
    head = (
        f"# Recorded from {told.course.id}; bundle {told.bundle.digest}.\n"
        f"# {redaction.count} texts were taken out as secrets.\n"
    )
    misses = [one for one in judgement.misses if one.severity == "error"]
    return Recorded(head + document_text(document), misses)


def _tried(told: Told, document: dict[str, Any]) -> Judgement:
    (read,) = load_documents(document_text(document), "recorded.test.yaml")
    (scenario,) = load_scenarios(read, read_shape(read), told.bundle)
    return judge(play(scenario, told.bundle))


def _besides(told: Told, judgement: Judgement) -> list[str]:
    """Return the machines that ran for other incidents, and their actions."""
    recording = judgement.played.recording
    mine = (told.course.machine, told.course.key)
    courses = recording.courses
    others = {_whose(c)[0] for c in courses.values() if _whose(c) != mine}
    actions = {d.action for d in recording.deeds.values() if _whose(courses[d.incident]) != mine}
    return sorted(others | actions)


def _whose(course: Course) -> tuple[str, str]:
    """Return the machine that a rule started, also for a branch of it, and what it is about."""
    return course.machine.partition("/")[0], course.key
