"""Holds the invariants of machines against the decisions of a journal.

Everything is read from the decisions, so what is found is what happened.  Within one entry the
context, the finished and the running actions are those the entry led to; states and actions
begun are looked at move by move.  What the branches of a parallel state do, their parent does:
a state ``s`` of branch ``b`` forked in ``f`` is ``f.b.s`` among those it has visited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from interlock.engine.bundle import Bundle
from interlock.engine.lineage import root_of
from interlock.machines.definition import SEPARATOR, Invariant, Machine
from interlock.machines.invariants import Course, begun, violated

Note = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that did not hold.

    Attributes:
        at: time of the entry, ms.
        incident: id of the incident.
        machine: id of its machine.
        invariant: what should have held.
        seen: how it was seen not to.
    """

    at: int
    incident: str
    machine: str
    invariant: Invariant
    seen: str

    @override
    def __str__(self) -> str:
        """Say what was violated, and how."""
        return f"{self.machine} of {self.incident}: {self.invariant.name}: {self.seen}"


class InvariantViolated(AssertionError):
    """A machine did what its author said it never does; ``violation`` says what."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(str(violation))
        self.violation = violation


@dataclass(slots=True)
class _Followed:
    """One incident: its machine, the kinds of the actions it may want, what it has done."""

    machine: Machine
    kinds: Mapping[str, str]
    course: Course
    running: dict[str, str] = field(default_factory=dict)
    undoing: set[str] = field(default_factory=set)


class InvariantWatch:
    """Follows every incident by its decisions, in the order of the journal."""

    def __init__(self) -> None:
        self._machines: dict[str, tuple[Machine, Mapping[str, str]]] = {}
        self._followed: dict[str, _Followed] = {}
        self._by_intent: dict[str, _Followed] = {}
        self._scopes: dict[str, str] = {}

    def know(self, bundles: Iterable[Bundle]) -> None:
        """Know the machines of these bundles; an incident of any other is passed over."""
        for bundle in bundles:
            base = bundle.machinebase
            kinds = {name: action.kind for name, action in base.actions.items()}
            self._machines.update((one.digest, (one, kinds)) for one in base.definitions.values())

    def take(self, decision: Note) -> Iterator[Violation]:
        """Yield what one decision violates."""
        self._open(decision)
        for note in decision.get("context", ()):
            if (found := self._followed.get(note["incident"])) is not None:
                if "values" not in note:  # too long to be told: it cannot be followed any more
                    del self._followed[note["incident"]]
                    continue
                found.course.context = {**found.course.context, **note["values"]}
        self._act(decision)
        for incident, found in self._followed.items():
            moves = [self._scoped(m) for m in decision.get("moves", ()) if _is_of(m, incident)]
            intents = [note for note in decision.get("intents", ()) if _is_of(note, incident)]
            for invariant, seen in _judged(found, moves, intents):
                yield Violation(decision["at"], incident, found.machine.id, invariant, seen)

    def _open(self, decision: Note) -> None:
        """Follow what was opened: incidents of machines that have invariants, and branches."""
        for note in decision.get("opened", ()):
            machine, kinds = self._machines.get(note["digest"], (None, {}))
            if machine is not None and machine.forked is not None:
                self._scopes[note["incident"]] = f"{machine.forked.path}{SEPARATOR}"
            elif machine is not None and machine.invariants and "context" in note:
                known = {"id": note["incident"], "started_at": decision["at"]}
                course = Course(context=dict(note["context"]), incident=known)
                self._followed[note["incident"]] = _Followed(machine, kinds, course)

    def _scoped(self, move: Note) -> Note:
        """Return a move with its state as the parent calls it."""
        return {**move, "dest": self._scopes.get(move["incident"], "") + move["dest"]}

    def _act(self, decision: Note) -> None:
        """Take in the actions that began and ended."""
        for note in decision.get("intents", ()):
            found = self._followed.get(root_of(note["incident"]))
            if found is not None and found.kinds.get(note["action"]) == "act":
                self._by_intent[note["id"]] = found
                found.running[note["id"]] = note["action"]
                if note["purpose"] == "undo":
                    found.undoing.add(note["id"])
        for note in decision.get("ended", ()):
            found = self._by_intent.pop(note["intent"], None)
            if found is not None:
                action = found.running.pop(note["intent"])
                if note["result"] == "done" and note["intent"] not in found.undoing:
                    found.course.steps = (*found.course.steps, action)
        for found in self._followed.values():
            found.course.running = tuple(found.running.values())


def _is_of(note: Note, incident: str) -> bool:
    """Return whether something was done by an incident, or by one of its branches."""
    return root_of(note["incident"]) == incident


def _led_to(move: Note, intent: Note) -> bool:
    return (move["incident"], move["n"]) == (intent["incident"], intent["move"])


def _judged(
    found: _Followed, moves: list[Note], intents: list[Note]
) -> Iterator[tuple[Invariant, str]]:
    """Yield what an incident's moves violate, and the actions begun after each."""
    course, invariants = found.course, found.machine.invariants
    for intent in intents:
        if not any(_led_to(move, intent) for move in moves):
            yield from begun(invariants, course, intent["action"])
    for move in moves:
        course.visited.append(move["dest"])
        yield from violated(invariants, course)
        for intent in intents:
            if _led_to(move, intent):
                yield from begun(invariants, course, intent["action"])
