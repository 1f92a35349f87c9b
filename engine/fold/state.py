"""Everything the next decision may depend on."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.fold.waits import Waits
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Evaluation

NEVER = 2**53 - 1
"""A time that does not come."""

Evidence = tuple[tuple[str, str, int, int], ...]
"""Elements of one firing: id, type name, position it came at, time it was asserted (ms)."""


@dataclass(slots=True)
class Incident:
    """One open problem and the state of the machine that works on it.

    Attributes:
        id: derived from machine, key and the position it was opened at.
        key: what it is about, e.g. a service; one open incident per machine and key.
        machine: id of the machine, in the bundle named by ``bundle``.
        bundle: digest of the bundle it was opened under; it never changes machine version.
        state: leaf path of the current state; the model of ``transitions``.
        context: the machine's typed values.
        supports: ids of the firings that hold it open.
        evidence: firing id to what the firing rests on.
        agree_at: highest position the second engine must have agreed to before acting.
        disputed: whether the engines differed on a firing behind it.
        moves: number of transitions so far.
        steps: how many intents it has had.
        finished: names of the actions that ended ``done``, in order.
        current: id of the intent its state waits for, if any.
        undoing: ids of the finished intents still to compensate, next one first.
    """

    id: str
    key: str
    machine: str
    bundle: str
    state: str
    severity: str
    opened_at: int
    opened_seq: int
    context: dict[str, Any]
    updated_at: int = 0
    closed_at: int | None = None
    outcome: str | None = None
    supports: tuple[str, ...] = ()
    evidence: dict[str, Evidence] = field(default_factory=dict)
    agree_at: int = -1
    disputed: bool = False
    moves: int = 0
    steps: int = 0
    finished: tuple[str, ...] = ()
    current: str | None = None
    undoing: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    notes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its machine has not reached a final state."""
        return self.closed_at is None


@dataclass(slots=True)
class Intent:
    """One action a machine wants done, over all its attempts.

    Attributes:
        id: derived from incident and step number.
        step: number of the step within the incident, from 1.
        state: state of the machine that asked for it.
        kind: ``act`` or ``notify``.
        purpose: ``do`` or ``undo``.
        undoes: the intent it compensates, for ``undo``.
        inputs: typed values, checked against the contract.
        target: inventory id, or None for an action without target.
        key: what the contract says makes two intents the same work.
        idempotency_key: what the executor sees; the same over retries and replays.
        phase: ``requiring``, ``held``, ``dispatched``, ``waiting`` (for a retry),
            ``verifying`` or ``ended``.
        attempt: number of the current attempt, from 1; 0 before the first.
        epoch: process epoch under which the current attempt was released.
        released_seq: position of the entry whose decision released that attempt, and
        released_at: its time.
        outputs: what the executor returned, typed.
        ended: ``done``, ``failed``, ``timed_out``, ``refused``, ``unverified`` or
            ``abandoned``; None while it lives.
        detail: why it ended as it did, for people.
        good: consecutive good observations of the verification so far.
        probe: id of the observation waited for, if any.
        requirement: index of the requirement being checked.
        unknown: whether the last attempt's effect is unknown.
        decided_seq: position of the entry whose decision made it.
        result_seq: position of the entry that ended it.
    """

    id: str
    incident: str
    step: int
    state: str
    action: str
    bundle: str
    kind: str
    inputs: dict[str, Any]
    decided_seq: int
    decided_at: int
    purpose: str = "do"
    undoes: str | None = None
    target: str | None = None
    key: str = ""
    idempotency_key: str = ""
    phase: str = "requiring"
    attempt: int = 0
    epoch: int = 0
    released_seq: int = -1
    released_at: int = 0
    outputs: dict[str, Any] = field(default_factory=dict)
    ended: str | None = None
    detail: str = ""
    good: int = 0
    probe: str | None = None
    probes: int = 0
    requirement: int = 0
    unknown: bool = False
    result_seq: int | None = None
    verdict: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Gate:
    """What the interlocks look at besides the intent itself.

    Attributes:
        freezes: scope to ``{actor, reason, at}``.
        spent: budget key to the times of the attempts counted against it, oldest first.
        locks: target to the intent that holds it.
        agreed: highest position the second engine agreed through; -1 before the first.
        disputed: positions it disagreed about or could not evaluate.
        second_engine: whether two engines must agree (``engines: both``).
        changed: whether something changed that a held intent may be waiting for.
    """

    freezes: dict[str, dict[str, Any]] = field(default_factory=dict)
    spent: dict[str, deque[int]] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    agreed: int = -1
    disputed: set[int] = field(default_factory=set)
    second_engine: bool = True
    changed: bool = False


class Timers:
    """What is due when, by owner and name; ties fall in that order, never by history."""

    __slots__ = ("_due", "_heap")

    def __init__(self) -> None:
        self._due: dict[str, dict[str, int]] = {}
        self._heap: list[tuple[int, str, str]] = []

    def set(self, owner: str, name: str, due: int) -> None:
        """Set or move an owner's timer to ``due`` ms."""
        self._due.setdefault(owner, {})[name] = due
        heapq.heappush(self._heap, (due, owner, name))

    def is_set(self, owner: str, name: str) -> bool:
        """Return whether the timer is running."""
        return name in self._due.get(owner, ())

    def cancel(self, owner: str, name: str) -> None:
        """Forget a timer; an unknown one is fine."""
        timers = self._due.get(owner)
        if timers is not None and timers.pop(name, None) is not None and not timers:
            del self._due[owner]

    def cancel_all(self, owner: str) -> None:
        """Forget every timer of an owner."""
        self._due.pop(owner, None)

    def next_due(self) -> int:
        """Return the earliest due time in ms, ``NEVER`` when there is none."""
        heap = self._heap
        while heap:
            due, owner, name = heap[0]
            if self._due.get(owner, _NONE).get(name) == due:
                return due
            heapq.heappop(heap)
        return NEVER

    def pop(self, now: int) -> tuple[str, str] | None:
        """Remove and return owner and name of the earliest timer due by ``now``, if any."""
        if self.next_due() > now:
            return None
        _, owner, name = heapq.heappop(self._heap)
        self.cancel(owner, name)
        return owner, name

    def dump(self) -> list[list[str | int]]:
        """Return ``[due, owner, name]`` triples in order."""
        return sorted(
            [due, owner, name]
            for owner, timers in self._due.items()
            for name, due in timers.items()
        )

    @classmethod
    def load(cls, triples: Sequence[Sequence[Any]]) -> Timers:
        """Return the timers of ``dump``."""
        timers = cls()
        for due, owner, name in triples:
            timers.set(owner, name, due)
        return timers


_NONE: dict[str, int] = {}


@dataclass(slots=True)
class State:
    """The owner's state of one partition after the entry at ``seq``.

    Attributes:
        seq: last entry folded; -1 before the first.
        at: time of that entry, ms; timers up to it have been handled.
        epoch: of the process that owns the partition.
        bundle: what decides now; None until the first ``bundle`` entry.
        bundles: every bundle an open incident is pinned to, and the current one.
        memory: the rules' working memory; None exactly when ``bundle`` is.
        incidents: open incidents, and closed ones a live firing or intent still points to.
        by_key: ``machine/key`` to the open incident.
        supports: firing id to the incident it holds.
        intents: intents that have not ended.
        done: ended intents that open incidents could still undo.
        waits: open incidents that wait for a signal or fact.
        timers: what is due when.
        evaluations: joins the second engine has not answered for, oldest first.
    """

    seq: int = -1
    at: int = 0
    epoch: int = 0
    bundle: Bundle | None = None
    bundles: dict[str, Bundle] = field(default_factory=dict)
    memory: WorkingMemory | None = None
    incidents: dict[str, Incident] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    supports: dict[str, str] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    done: dict[str, Intent] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    waits: Waits = field(default_factory=Waits)
    timers: Timers = field(default_factory=Timers)
    evaluations: deque[Evaluation] = field(default_factory=deque)
