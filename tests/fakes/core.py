"""A core in memory: what the server's tests put in the engine's place.

``tests/contract/test_wire_core.py`` holds it to the contract that the engine keeps.  Tests
may hold its disk (``hold``/``release``), make it fail or fill it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from interlock.errors import (
    InterlockError,
    NotFound,
    NotPermitted,
    NotReady,
    Overloaded,
    RequestRejected,
)
from interlock.server.nearness import NotFired, NotFiredQuestion, NotRunQuestion
from interlock.server.signals import Incoming, Quarantined, Receipt
from interlock.server.views import (
    Change,
    Command,
    Explanation,
    Fact,
    Freeze,
    GateStatus,
    Incident,
    IncidentFilter,
    Listing,
    Page,
    Position,
    Transition,
    TransitionFilter,
)
from interlock.server.work import WorkerHello
from tests.fakes.worker import MemorySession

_Pending = tuple[Sequence[Incoming], str, "asyncio.Future[Sequence[Receipt]]"]

WATCH_BOUND = 100

T = TypeVar("T")


class MemoryCore:
    """Journals in a list and remembers what it was told."""

    def __init__(
        self, *, capacity: int = 10_000, scales: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        self.journal: list[tuple[str, object]] = []
        """Kind and body of every entry."""
        self.is_ready = True
        self.fails: InterlockError | None = None
        """What the disk answers instead of writing."""
        self.rejects: dict[str, str] = {}
        """Signal name to the reason why its definition refuses it."""
        self.incidents: dict[str, Incident] = {}
        self.transitions: list[Transition] = []
        self.reasons: dict[str, Explanation] = {}
        self.silences: dict[str, NotFired] = {}
        self.asked: list[NotFiredQuestion | NotRunQuestion] = []
        self.freezes: dict[str, Freeze] = {}
        self.said: dict[str, Fact] = {}
        self.sessions: dict[str, MemorySession] = {}
        self._capacity = capacity
        self._scales = dict(scales or {})
        self._known: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._requests: dict[tuple[str, str], tuple[Command, Position]] = {}
        self._pending: deque[_Pending] = deque()
        self._held = False
        self._moved: deque[asyncio.Future[None]] = deque()
        self._watchers: list[asyncio.Queue[Change]] = []

    # --- what tests do to it ------------------------------------------------------------------

    @property
    def signals(self) -> list[Incoming]:
        """Every journalled signal, in order."""
        return [body for kind, body in self.journal if isinstance(body, Incoming)]

    @property
    def quarantine_entries(self) -> list[Quarantined]:
        """Everything quarantined, in order."""
        return [body for kind, body in self.journal if isinstance(body, Quarantined)]

    def hold(self) -> None:
        """Stall the disk: nothing pending is written until ``release``."""
        self._held = True

    def release(self) -> None:
        """Let the disk go on."""
        self._held = False
        self._write()

    def change(self, incident: Incident, transition: Transition | None = None) -> None:
        """Change an incident and tell whoever watches."""
        self.incidents[incident.id] = incident
        if transition is not None:
            self.transitions.append(transition)
        for queue in self._watchers:
            queue.put_nowait(Change(incident, transition))

    # --- Intake -------------------------------------------------------------------------------

    def ready(self) -> bool:
        return self.is_ready

    def frozen(self) -> bool:
        return "global" in self.freezes

    def scale_of(self, name: str, field: str) -> int | None:
        return self._scales.get((name, field))

    def submit(
        self, signals: Sequence[Incoming], *, door: str
    ) -> asyncio.Future[Sequence[Receipt]]:
        self._refuse_unready()
        waiting = sum(len(pending) for pending, _, _ in self._pending)
        if waiting and waiting + len(signals) > self._capacity:
            raise Overloaded("the intake is full; come again later")
        loop = asyncio.get_running_loop()
        receipts: asyncio.Future[Sequence[Receipt]] = loop.create_future()
        self._pending.append((signals, door, receipts))
        if not self._held:
            loop.call_soon(self._write)
        return receipts

    async def room(self, count: int) -> None:
        moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._moved.append(moved)
        await moved

    async def quarantine(self, items: Sequence[Quarantined], *, door: str) -> None:
        self._refuse_unready()
        if self.fails is not None:
            raise self.fails
        self.journal.extend(("quarantine", item) for item in items)

    def _write(self) -> None:
        while self._pending and not self._held:
            signals, _, receipts = self._pending.popleft()
            if self.fails is not None:
                outcome: list[Receipt] | None = None
            else:
                outcome = [self._receive(signal) for signal in signals]
            if receipts.done():
                continue  # whoever waited has gone; the signals are written all the same
            if outcome is None:
                receipts.set_exception(self.fails or AssertionError)
            else:
                receipts.set_result(outcome)
        while self._moved:
            moved = self._moved.popleft()
            if not moved.done():
                moved.set_result(None)

    def _receive(self, incoming: Incoming) -> Receipt:
        signal = incoming.signal
        if signal["name"] in self.rejects:
            return Receipt("rejected", None, self.rejects[signal["name"]], "values.x")
        key, body = (signal["source"], signal["id"]), hashlib.sha256(incoming.encoded).digest()
        if key in self._known:
            seq, known = self._known[key]
            if known == body:
                return Receipt("duplicate", seq, f"journalled before as {seq}")
            self.journal.append(("conflict", {"source": key[0], "id": key[1], "first": seq}))
            return Receipt("conflict", seq, f"another signal has this id, {seq}", "id")
        seq = len(self.journal)
        self.journal.append(("signal", incoming))
        self._known[key] = (seq, body)
        return Receipt("accepted", seq)

    def _refuse_unready(self) -> None:
        if not self.is_ready:
            raise NotReady("the core is starting or stopping")

    # --- Commands -----------------------------------------------------------------------------

    async def command(self, command: Command) -> Position:
        self._refuse_unready()
        asked = (command.actor, command.request_id)
        if asked in self._requests:
            first, position = self._requests[asked]
            if first != command:
                raise RequestRejected("request_id: used for another command", field="request_id")
            return position
        if self.fails is not None:
            raise self.fails
        position = Position(0, len(self.journal))
        self._obey(command, position)
        self.journal.append((command.command, command))
        self._requests[asked] = (command, position)
        return position

    def _obey(self, command: Command, position: Position) -> None:
        match command.command:
            case "freeze":
                freeze = Freeze(command.scope, command.actor, command.text, 1, position)
                self.freezes[command.scope] = freeze
            case "thaw":
                if self.freezes.pop(command.scope, None) is None:
                    raise NotPermitted(f"nothing is frozen under {command.scope!r}")
            case "set_fact" | "retract_fact":
                self._say(command, position)
            case _:
                self._order(command)

    def _order(self, command: Command) -> None:
        """Obey what is about an incident."""
        word, incident = command.command, _find(self.incidents, command.incident)
        if word == "answer" and incident.question is None:
            raise NotPermitted(f"{incident.id} asks nothing now")
        if word == "abort" and incident.closed_at is not None:
            raise NotPermitted(f"incident {incident.id} is closed")
        if word == "acknowledge":
            self.change(replace(incident, acknowledged_by=command.actor))

    def _say(self, command: Command, position: Position) -> None:
        if command.command == "set_fact":
            said = Fact(command.fact, command.fields, position, said=True, firings=())
            self.said[command.fact] = said
        elif self.said.pop(command.fact, None) is None:
            raise NotPermitted(f"nobody has said {command.fact} of that key")

    # --- Queries ------------------------------------------------------------------------------

    async def get_incident(self, incident: str) -> Incident:
        return _find(self.incidents, incident)

    async def list_incidents(self, wanted: IncidentFilter, page: Page) -> Listing[Incident]:
        found = [one for one in self.incidents.values() if _passes(wanted, one)]
        return _cut(sorted(found, key=lambda one: one.position, reverse=True), page)

    async def list_transitions(self, wanted: TransitionFilter, page: Page) -> Listing[Transition]:
        return _cut([one for one in self.transitions if _moves(wanted, one)], page)

    async def explain(self, subject: str) -> Explanation:
        return _find(self.reasons, subject)

    async def explain_not_fired(self, question: NotFiredQuestion) -> NotFired:
        self.asked.append(question)
        return _find(self.silences, question.rule)

    async def explain_not_run(self, question: NotRunQuestion) -> Explanation:
        self.asked.append(question)
        return _find(self.reasons, question.incident)

    async def facts(self, name: str) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.said.values() if name in {"", fact.name})

    async def gate_status(self) -> GateStatus:
        freezes = tuple(self.freezes[scope] for scope in sorted(self.freezes))
        return GateStatus(freezes, "agreed", Position(0, 7), 2, 1)

    def watch(self) -> AsyncGenerator[Change, None]:
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._watchers.append(queue)
        return self._changes(queue)

    async def _changes(self, queue: asyncio.Queue[Change]) -> AsyncGenerator[Change, None]:
        try:
            while True:
                if queue.qsize() > WATCH_BOUND:
                    raise Overloaded("the reader fell behind; list, then watch again")
                yield await queue.get()
        finally:
            self._watchers.remove(queue)

    @property
    def watchers(self) -> int:
        """How many are watching now."""
        return len(self._watchers)

    # --- Workers ------------------------------------------------------------------------------

    async def attach(self, hello: WorkerHello) -> MemorySession:
        self._refuse_unready()
        if hello.worker in self.sessions and not self.sessions[hello.worker].closed:
            raise NotPermitted(f"worker {hello.worker!r} is connected already")
        session = MemorySession(hello, self.journal)
        self.sessions[hello.worker] = session
        return session


def _find(found: Mapping[str, T], name: str) -> T:
    if name not in found:
        raise NotFound(f"nothing has the id {name!r}")
    return found[name]


def _cut(items: list[T], page: Page) -> Listing[T]:
    start = int(page.cursor or 0)
    end = start + page.size
    return Listing(tuple(items[start:end]), str(end) if end < len(items) else "")


def _passes(wanted: IncidentFilter, incident: Incident) -> bool:
    return (
        wanted.state in {"", incident.state}
        and wanted.machine in {"", incident.machine}
        and wanted.severity in {"", incident.severity}
        and wanted.parent in {"", incident.parent}
        and wanted.open in {None, incident.closed_at is None}
        and (wanted.since is None or incident.changed_at >= wanted.since)
    )


def _moves(wanted: TransitionFilter, move: Transition) -> bool:
    return (
        wanted.incident in {"", move.incident}
        and wanted.machine in {"", move.machine}
        and wanted.state in {"", move.source, move.destination}
        and wanted.actor in {"", move.actor}
        and (wanted.since is None or move.at >= wanted.since)
        and (wanted.until is None or move.at < wanted.until)
    )
