"""The engine behind the server's doors: ``Core`` over a running node.

Knows both vocabularies, so that neither the services nor the engine knows the other's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Literal

from interlock import digest
from interlock.engine.explain import Explainer, Reason
from interlock.engine.fold.gate.freeze import GLOBAL, is_scope
from interlock.engine.fold.state import State
from interlock.engine.history import History, IncidentQuery, TransitionQuery
from interlock.engine.intake import Arrival, Sorted
from interlock.engine.model import PARTITION, Kind
from interlock.engine.node import Node
from interlock.errors import NotFound, NotPermitted, RequestRejected, SignalRejected
from interlock.language.values import Kind as Sort
from interlock.language.values import admit
from interlock.server.signals import Incoming, Quarantined, Receipt
from interlock.server.views import (
    Change,
    Command,
    Explanation,
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

Row = Mapping[str, Any]


class LiveCore:
    """Serves a node.

    Args:
        node: running.
        history: over the same store.
    """

    def __init__(self, node: Node, history: History) -> None:
        self._node = node
        self._history = history
        self._explainer = Explainer(history)
        self._declared = node.bundle.rulebase.signal_types
        self._requests: dict[tuple[str, str], tuple[str, Position]] = {}

    # --- intake -----------------------------------------------------------------------------

    def ready(self) -> bool:
        """Return whether entries are journalled and decided now."""
        return self._node.runtime.ready

    def frozen(self) -> bool:
        """Return whether a freeze covers everything."""
        return GLOBAL in self._node.freezes

    def scale_of(self, name: str, field: str) -> int | None:
        """Return the declared scale of a double field, None for anything else."""
        declared = self._declared.get(name)
        found = declared.fields.get(field) if declared is not None else None
        if found is None or found.type.kind is not Sort.DOUBLE:
            return None
        return found.type.scale

    def submit(
        self, signals: Sequence[Incoming], *, door: str
    ) -> asyncio.Future[Sequence[Receipt]]:
        """Take signals; see ``Core``."""
        del door  # the signal names its source
        receipts: list[Receipt | None] = [self._refusal(s) for s in signals]
        arrivals = [
            Arrival(s.signal, s.encoded)
            for s, refused in zip(signals, receipts, strict=True)
            if refused is None
        ]
        done: asyncio.Future[Sequence[Receipt]] = asyncio.get_running_loop().create_future()
        if not arrivals:
            done.set_result([r for r in receipts if r is not None])
            return done
        count = self._node.telemetry.signals

        def finish(taken: asyncio.Future[list[Sorted]]) -> None:
            if done.done():
                return
            if (error := taken.exception()) is not None:
                done.set_exception(error)
                return
            fates = iter(taken.result())
            result = [r if r is not None else _receipt(next(fates)) for r in receipts]
            for receipt in result:
                count.labels(receipt.status).inc()
            done.set_result(result)

        self._node.runtime.submit(arrivals).add_done_callback(finish)
        return done

    def _refusal(self, incoming: Incoming) -> Receipt | None:
        """Return why a declared signal is not what its declaration says, if it is not."""
        signal = incoming.signal
        declared = self._declared.get(signal["name"])
        if declared is None:
            return None
        try:
            admit(declared.fields, signal["values"], signal["labels"])
        except SignalRejected as refusal:
            field = str(refusal.details.get("field", ""))
            return Receipt("rejected", None, str(refusal), field)
        return None

    async def room(self) -> None:
        """Return when the intake may have room again."""
        await self._node.runtime.room()

    async def quarantine(self, items: Sequence[Quarantined], *, door: str) -> None:
        """Journal what no signal could be made of."""
        for item in items:
            body = {"door": door, "reason": item.reason, "digest": item.digest}
            await self._node.runtime.record(
                {"kind": str(Kind.QUARANTINE), "excerpt": item.excerpt, **body}
            )

    # --- queries ----------------------------------------------------------------------------

    async def get_incident(self, incident: str) -> Incident:
        """Return one incident."""
        row = await self._read(lambda: self._history.incident(incident))
        if row is None:
            raise NotFound(f"no incident is called {incident!r}", incident=incident)
        return self._incident(row)

    async def list_incidents(self, wanted: IncidentFilter, page: Page) -> Listing[Incident]:
        """Return one page of incidents, newest first."""
        query = IncidentQuery(
            state=wanted.state,
            machine=wanted.machine,
            severity=wanted.severity,
            is_open=wanted.open,
            since=wanted.since,
            before=_cursor(page.cursor, int, str),
        )
        rows = await self._read(lambda: self._history.incidents(query, page.size + 1))
        keys = [(row["opened_seq"], row["id"]) for row in rows]
        return _page([self._incident(row) for row in rows], keys, page.size)

    async def list_transitions(self, wanted: TransitionFilter, page: Page) -> Listing[Transition]:
        """Return one page of transitions, oldest first."""
        query = TransitionQuery(
            incident=wanted.incident,
            machine=wanted.machine,
            state=wanted.state,
            actor=wanted.actor,
            since=wanted.since,
            until=wanted.until,
            after=_cursor(page.cursor, int, str, int),
        )
        rows = await self._read(lambda: self._history.transitions(query, page.size + 1))
        keys = [(row["seq"], row["incident"], row["n"]) for row in rows]
        return _page([_transition(row) for row in rows], keys, page.size)

    async def explain(self, subject: str) -> Explanation:
        """Return the reasons behind an incident or action."""
        return _explanation(await self._read(lambda: self._explainer.explain(subject)))

    async def gate_status(self) -> GateStatus:
        """Return what the gate lets through now."""
        return await self._node.runtime.ask(_gate_status)

    async def watch(self) -> AsyncIterator[Change]:
        """Iterate over every change of an incident from now on."""
        async for row, moved in self._node.watchers.watch():
            transition = _transition(moved._asdict()) if moved is not None else None
            yield Change(self._incident(row._asdict()), transition)

    async def _read(self, question: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(question)

    def _incident(self, row: Row) -> Incident:
        machine = self._node.bundle.machinebase.machines.get(row["machine"])
        return Incident(
            id=row["id"],
            machine=row["machine"],
            version=row["machine_digest"],
            subject=row["key"],
            state=row["state"],
            opened_at=row["opened_at"],
            changed_at=row["updated_at"],
            position=Position(PARTITION, row["opened_seq"]),
            title=machine.title if machine else "",
            severity=row["severity"],
            closed_at=row["closed_at"],
            outcome=row["outcome"] or "",
            acknowledged_by=row["acknowledged_by"] or "",
        )

    # --- commands ---------------------------------------------------------------------------

    async def command(self, command: Command) -> Position:
        """Journal a command; a repeated request id of one actor gives the first entry."""
        request = (command.actor, command.request_id)
        mark = digest.digest([command.command, command.incident, command.scope, command.text])
        if command.request_id and request in self._requests:
            first, position = self._requests[request]
            if first != mark:
                raise RequestRejected(
                    f"request {command.request_id!r} was another command before",
                    field="request_id",
                )
            return position
        position = Position(PARTITION, await self._order(command))
        if command.request_id:
            self._remember(request, (mark, position))
        return position

    async def _order(self, command: Command) -> int:
        if command.command in ("freeze", "thaw"):
            return await self._freeze_or_thaw(command)
        incident = await self.get_incident(command.incident)
        if command.command == "abort" and incident.closed_at is not None:
            raise NotPermitted(f"{incident.id} is closed: {incident.outcome}")
        return await self._node.runtime.record(
            {
                "kind": str(Kind.COMMAND),
                "command": command.command,
                "actor": command.actor,
                "incident": command.incident,
                "text": command.text,
            }
        )

    async def _freeze_or_thaw(self, command: Command) -> int:
        if not is_scope(command.scope):
            raise RequestRejected(
                f"{command.scope!r} is no scope; write global or kind:name, e.g. executor:command",
                field="scope",
            )
        order = {"scope": command.scope, "actor": command.actor, "reason": command.text}
        if command.command == "freeze":
            return await self._node.freeze(**order)
        if command.scope not in self._node.freezes:
            raise NotPermitted(f"{command.scope} is not frozen")
        return await self._node.thaw(**order)

    def _remember(self, request: tuple[str, str], answer: tuple[str, Position]) -> None:
        self._requests[request] = answer
        while len(self._requests) > 10_000:
            del self._requests[next(iter(self._requests))]


def _receipt(fate: Sorted) -> Receipt:
    match fate.word:
        case "accepted":
            return Receipt("accepted", fate.seq)
        case "duplicate":
            return Receipt("duplicate", fate.seq, "this id was taken before")
        case _:
            reason = "this id was taken before with another body; send a new id for new content"
            return Receipt("conflict", fate.seq, reason, "id")


def _transition(row: Row) -> Transition:
    return Transition(
        incident=row["incident"],
        machine=row["machine"],
        source=row["source"],
        trigger=row["trigger"],
        destination=row["dest"],
        at=row["at"],
        position=Position(PARTITION, row["seq"]),
        why=row["why"],
        actor=row["actor"],
    )


def _explanation(reason: Reason) -> Explanation:
    return Explanation(
        kind=reason.kind,
        id=reason.id,
        title=reason.title,
        position=None if reason.seq is None else Position(PARTITION, reason.seq),
        at=reason.at,
        children=tuple(_explanation(child) for child in reason.children),
    )


def _gate_status(state: State) -> GateStatus:
    gate = state.gate
    freezes = tuple(
        Freeze(scope, f["actor"], f["reason"], f["at"], Position(PARTITION, f["seq"]))
        for scope, f in sorted(gate.freezes.items())
    )
    phases = [intent.phase for intent in state.intents.values()]
    agreement: Literal["agreed", "behind", "disagreed", "faulty", "off"] = "agreed"
    if not gate.second_engine:
        agreement = "off"
    elif any(incident.disputed for incident in state.incidents.values()):
        agreement = "disagreed"
    elif state.evaluations:
        agreement = "behind"
    return GateStatus(
        freezes=freezes,
        agreement=agreement,
        agreed_through=Position(PARTITION, gate.agreed) if gate.agreed >= 0 else None,
        waiting_actions=phases.count("held"),
        running_actions=phases.count("dispatched"),
    )


def _cursor(text: str, *kinds: type) -> Any:
    """Return the key a page token stands for, None for the first page.

    Raises:
        RequestRejected: it is not a token of this list.
    """
    if not text:
        return None
    parts = text.split("/")
    try:
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except ValueError as error:
        raise RequestRejected(
            f"{text!r} is no page token of this list", field="page_token"
        ) from error


def _page(items: Sequence[Any], keys: Sequence[tuple[Any, ...]], size: int) -> Listing[Any]:
    more = len(items) > size
    token = "/".join(str(part) for part in keys[size - 1]) if more else ""
    return Listing(tuple(items[:size]), token)
