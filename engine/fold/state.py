"""Everything the next decision may depend on."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.fold.waits import Waits
from interlock.engine.lineage import descent
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Evaluation

NEVER = 2**53 - 1
"""A time that does not come."""

Ground = tuple[str, int, str, str, int, int]
"""One element an incident rests on: the firing that says so and the position it was found at; the
element's id and type name, the position it came at, the time it was asserted (ms)."""

_Due = tuple[int, str, str]


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
        rule: id of the rule whose firing opened it.
        why: what that firing said, when it is short enough to be a title; else empty.
        supports: ids of the firings that hold it open.
        evidence: what the firings behind it rest on.
        agree_at: highest position the second engine must have agreed to before acting.
        disputed: whether the engines differed on a firing behind it.
        moves: number of transitions so far.
        steps: how many intents it has had.
        finished: names of the actions that ended ``done``, in order.
        current: id of the intent its state waits for, if any.
        undoing: ids of the finished intents still to compensate, next one first.
        leaving: ``event, cause, data`` of what leads it out of a parallel state once every branch
            has ended.
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
    rule: str = ""
    why: str = ""
    updated_at: int = 0
    closed_at: int | None = None
    outcome: str | None = None
    supports: tuple[str, ...] = ()
    evidence: tuple[Ground, ...] = ()
    agree_at: int = -1
    disputed: bool = False
    moves: int = 0
    steps: int = 0
    finished: tuple[str, ...] = ()
    current: str | None = None
    undoing: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    notes: int = 0
    leaving: dict[str, Any] | None = None

    @property
    def parent(self) -> str:
        """Id of the incident it is a branch of; empty for one that no fork began."""
        born = descent(self.id)
        return "" if born is None else born.parent

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
        phase: ``requiring``, ``held``, ``dispatched``, ``recalled`` (by an owner that ends),
            ``waiting`` (for a retry), ``verifying`` or ``ended``.
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


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counted.

    Attributes:
        actor: who.
        roles: what they answered as, sorted.
        choice: what they chose.
        text: why, in their words.
        seq: position of the command, and
        at: its time, ms.
    """

    actor: str
    roles: tuple[str, ...]
    choice: str
    text: str
    seq: int
    at: int


@dataclass(slots=True)
class Asked:
    """A question that stands: what the machine's ``approve`` state asks of people.

    Attributes:
        id: derived from the incident and the move that asked.
        incident: whose machine asks; it has one question at a time.
        text: the question in words.
        shown: lines shown with it.
        notices: actions and inputs of those to tell again with each reminder.
        asked_seq: position of the entry whose decision asked, and
        asked_at: its time, ms.
        reminded: how many reminders have been sent.
        answers: those that counted, in order.
    """

    id: str
    incident: str
    text: str
    shown: tuple[str, ...]
    notices: tuple[tuple[str, dict[str, Any]], ...]
    asked_seq: int
    asked_at: int
    reminded: int = 0
    answers: tuple[Answered, ...] = ()


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
        changed: interlocks that may let go of what they hold, since it was last judged.
    """

    freezes: dict[str, dict[str, Any]] = field(default_factory=dict)
    spent: dict[str, deque[int]] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    agreed: int = -1
    disputed: set[int] = field(default_factory=set)
    second_engine: bool = True
    changed: set[str] = field(default_factory=set)


class Timers:
    """What is due when, by owner and name; ties fall in that order, never by history.

    An owner has few timers, and there may be a hundred thousand owners: what the heap holds is
    held once more, by owner, and nothing else.
    """

    __slots__ = ("_heap", "_of")

    def __init__(self) -> None:
        self._of: dict[str, tuple[_Due, ...]] = {}
        self._heap: list[_Due] = []

    def set(self, owner: str, name: str, due: int) -> None:
        """Set or move an owner's timer to ``due`` ms."""
        timer = (due, owner, name)
        self._of[owner] = (*(t for t in self._of.get(owner, ()) if t[2] != name), timer)
        heapq.heappush(self._heap, timer)

    def is_set(self, owner: str, name: str) -> bool:
        """Return whether the timer is running."""
        return any(timer[2] == name for timer in self._of.get(owner, ()))

    def cancel(self, owner: str, name: str) -> None:
        """Forget a timer; an unknown one is fine."""
        left = tuple(timer for timer in self._of.get(owner, ()) if timer[2] != name)
        if left:
            self._of[owner] = left
        else:
            self._of.pop(owner, None)

    def cancel_all(self, owner: str) -> None:
        """Forget every timer of an owner."""
        self._of.pop(owner, None)

    def put_off(self, now: int, until: int, *, but: Container[str]) -> None:
        """Let what is due by ``now`` be due at ``until``, but for timers of some names."""
        overdue = [t for timers in self._of.values() for t in timers if t[0] <= now]
        for _, owner, name in overdue:
            if name not in but:
                self.set(owner, name, until)

    def next_due(self) -> int:
        """Return the earliest due time in ms, ``NEVER`` when there is none."""
        heap = self._heap
        while heap:
            if heap[0] in self._of.get(heap[0][1], ()):
                return heap[0][0]
            heapq.heappop(heap)
        return NEVER

    def pop(self, now: int) -> tuple[str, str] | None:
        """Remove and return owner and name of the earliest timer due by ``now``, if any."""
        if self.next_due() > now:
            return None
        _, owner, name = heapq.heappop(self._heap)
        self.cancel(owner, name)
        return owner, name

    def dump(self) -> list[_Due]:
        """Return ``(due, owner, name)`` of every timer, in order."""
        return sorted(timer for timers in self._of.values() for timer in timers)

    @classmethod
    def load(cls, timers: Sequence[Sequence[Any]]) -> Timers:
        """Return the timers of ``dump``."""
        loaded = cls()
        for due, owner, name in timers:
            loaded.set(owner, name, due)
        return loaded


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
        incidents: open incidents, and closed ones a live firing or intent still points to; an
            incident and its branches stay as long as one of them does.
        by_key: ``machine/key`` to the open incident; branches of a parallel state have none.
        branches: incident to the incidents of its branches, those of every fork, oldest first.
        supports: firing id to the incident it holds.
        intents: intents that have not ended.
        at_work: work (action and contract key) to the intents that are at it.
        done: ended intents that open incidents could still undo.
        waits: open incidents that wait for a signal or fact.
        questions: incident to the question it has open.
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
    branches: dict[str, tuple[str, ...]] = field(default_factory=dict)
    supports: dict[str, str] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    at_work: dict[str, dict[str, None]] = field(default_factory=dict)
    done: dict[str, Intent] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    waits: Waits = field(default_factory=Waits)
    questions: dict[str, Asked] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
    evaluations: deque[Evaluation] = field(default_factory=deque)
