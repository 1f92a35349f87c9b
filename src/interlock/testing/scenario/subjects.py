"""What can be expected of a run, each with how it is found in a recording.

A subject finds everything that might have been meant, with what is different about it, so that
a miss can name what came nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from interlock.language.expression import Evaluate
from interlock.language.values import Field, Unknown, Value, format_value
from interlock.testing.scenario.recording import Course, Deed, Recording, Values


@dataclass(frozen=True, slots=True)
class Found:
    """Something in a recording that a subject might mean.

    Attributes:
        at: since when, ms.
        until: until when, ms; None to the end of the run.
        said: what it is, for people.
        differences: what is not as expected; empty for what was meant.
        ids: incidents and intents that are expected when this is.
    """

    at: int
    until: int | None
    said: str
    differences: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


class Subject(Protocol):
    """Something that can be expected."""

    @property
    def said(self) -> str:
        """What it is, for people."""

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield what it might mean, in the order it happened."""


@dataclass(frozen=True, slots=True)
class RuleFired:
    """A rule fires, with an explanation that passes ``why``."""

    said: str
    rules: frozenset[str]
    why: Callable[[str], bool] | None = None

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield the firings of the rule."""
        for one in recording.firings.values():
            if one.rule in self.rules:
                differs = self.why is not None and not self.why(one.why)
                differences = (f"its why is {one.why!r}",) if differs else ()
                yield Found(one.at, one.until, f"{one.rule} fired", differences)


@dataclass(frozen=True, slots=True)
class FactStands:
    """A fact stands, and each of ``where`` holds of it."""

    said: str
    fact: str
    where: tuple[tuple[str, Evaluate], ...] = ()

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield the facts of that name."""
        for one in recording.facts.values():
            if one.fact == self.fact:
                row = {**plain(one.fields), "at": one.at, "name": one.fact}
                differences = tuple(
                    f"{text} is {_verdict(test(row, {}))}"
                    for text, test in self.where
                    if test(row, {}) is not True
                )
                yield Found(one.at, one.until, f"{one.fact} stood", differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which incidents are meant; None: any.

    A machine means the incidents of its branches, too.
    """

    incident: str | None = None
    machine: str | None = None
    branch: str | None = None

    def courses(self, recording: Recording) -> Iterator[Course]:
        """Yield the incidents that rules started, or the branches where one is named."""
        wants_branch = self.branch is not None
        return (one for one in recording.courses.values() if bool(one.branch) == wants_branch)

    def differences(self, course: Course) -> tuple[str, ...]:
        """Return how an incident differs from what is meant."""
        found = []
        if self.incident not in (None, course.key):
            found.append(f"its incident is {course.key}")
        machine = course.machine.partition("/")[0]
        if self.machine not in (None, machine):
            found.append(f"its machine is {machine}")
        if self.branch not in (None, course.branch):
            found.append(f"its branch is {course.branch or 'none'}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class MachineStarts:
    """A machine starts for an incident, with these values in its context."""

    said: str
    whose: Whose
    context: Mapping[str, Value]
    fields: Mapping[str, Field]

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield the incidents of the machine."""
        for one in recording.courses.values():
            if one.machine == self.whose.machine:
                differences = (
                    *self.whose.differences(one),
                    *unlike(self.context, one.context, self.fields),
                )
                yield Found(one.at, None, f"{named(one)} started", differences, (one.id,))


@dataclass(frozen=True, slots=True)
class InState:
    """An incident is in a state."""

    said: str
    whose: Whose
    states: frozenset[str]

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield the visits of the state."""
        for course in recording.courses.values():
            differences = self.whose.differences(course)
            for number, move in enumerate(course.moves):
                if move.dest in self.states:
                    later = course.moves[number + 1 : number + 2]
                    left = later[0].at if later else None
                    said = f"{named(course)} came to {move.dest}"
                    yield Found(move.at, left, said, differences, (course.id,))


@dataclass(frozen=True, slots=True)
class Path:
    """An incident has gone through exactly these states, choices among them.

    ``whole``: and through no others later; otherwise it may go on after the instant asked for.
    """

    said: str
    whose: Whose
    states: tuple[str, ...]
    whole: bool = True

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield, for each incident, its way as far as it can be the one expected."""
        for course in (one for one in self.whose.courses(recording) if one.moves):
            ids = (course.id, *self._deeds(recording, course))
            count, moves = len(self.states), course.moves
            taken = [move.dest for move in moves]
            fits = [is_called(d, n) for d, n in zip(taken, self.states, strict=False)]
            reached = moves[min(count, len(moves)) - 1]
            way = f"{named(course)} went {' → '.join(taken)}"
            differences = self.whose.differences(course)
            if not all(fits) or len(taken) < count or (self.whole and len(taken) > count):
                differences = (*differences, f"its path is [{', '.join(taken)}]")
            left = moves[count].at if len(moves) > count else None
            yield Found(reached.at, left, way, differences, ids)

    def _deeds(self, recording: Recording, course: Course) -> list[str]:
        """Return the actions that states on the path ran."""
        return [
            deed.id
            for deed in recording.deeds.values()
            if deed.incident == course.id and any(is_called(deed.state, n) for n in self.states)
        ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An incident ends so."""

    said: str
    whose: Whose
    outcome: str

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield the ends of incidents."""
        for course in self.whose.courses(recording):
            if course.closed_at is not None:
                differences = self.whose.differences(course)
                if course.outcome != self.outcome:
                    differences = (*differences, f"its outcome is {course.outcome}")
                said = f"{named(course)} ended {course.outcome}"
                yield Found(course.closed_at, None, said, differences, (course.id,))


@dataclass(frozen=True, slots=True)
class ActionRuns:
    """An action is sent to its executor or, with a result, ends so."""

    said: str
    whose: Whose
    action: str
    inputs: Mapping[str, Value]
    fields: Mapping[str, Field]
    attempts: int | None = None
    result: str | None = None

    def found(self, recording: Recording) -> Iterator[Found]:
        """Yield what became of the action, each time a machine wanted it."""
        for deed in recording.deeds.values():
            if deed.action != self.action or not (deed.sent or self.result):
                continue
            moment = deed.ended_at if self.result is not None else deed.sent[0]
            course = recording.courses[deed.incident]
            differences = (
                *self.whose.differences(course),
                *unlike(self.inputs, deed.inputs, self.fields),
                *self._end(deed),
            )
            at = deed.wanted_at if moment is None else moment
            yield Found(at, None, told(deed), differences, (deed.id,))

    def _end(self, deed: Deed) -> Iterator[str]:
        if self.attempts not in (None, len(deed.sent)):
            yield f"it was tried {times(len(deed.sent))}"
        if self.result not in (None, deed.result):
            yield f"its result is {deed.result or 'still to come'}: {deed.detail}".rstrip(": ")


def named(course: Course) -> str:
    """Return what an incident is called among people."""
    return f"{course.machine} for {course.key}"


def told(deed: Deed) -> str:
    """Return in words what became of an action."""
    tried = f" after {times(len(deed.sent))}" if len(deed.sent) > 1 else ""
    end = f" and ended {deed.result}{tried}" if deed.result else ""
    return f"{deed.action} {'ran' if deed.sent else 'was wanted'}{end}"


def is_called(path: str, name: str) -> bool:
    """Return whether a state has this name, with or without the compounds around it."""
    return path == name or path.endswith(f".{name}")


def plain(values: Values) -> dict[str, Value]:
    """Return values of a journal as they were: lists are tuples again."""
    return {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}


def unlike(
    wanted: Mapping[str, Value], values: Values, fields: Mapping[str, Field]
) -> Iterator[str]:
    """Yield what is otherwise than wanted, in words."""
    known = plain(values)
    for name, value in wanted.items():
        if known.get(name) != value:
            shown = format_value(known[name], fields[name].type) if name in known else "nothing"
            yield f"its {name} is {shown}"


def times(count: int) -> str:
    """Return how often, in words."""
    return "once" if count == 1 else f"{count} times"


def _verdict(value: Value | Unknown) -> str:
    return "unknown" if isinstance(value, Unknown) else str(value).lower()
