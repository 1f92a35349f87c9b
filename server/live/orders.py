"""What people order: commands, answers, freezes, thaws."""

from __future__ import annotations

import asyncio

from interlock import digest
from interlock.engine.fold.gate.freeze import is_scope
from interlock.engine.history import History
from interlock.engine.model import PARTITION, Kind
from interlock.engine.node import Node
from interlock.errors import NotFound, NotPermitted, RequestRejected
from interlock.server.live.answers import LiveAnswers
from interlock.server.live.facts import LiveFacts
from interlock.server.views import Command, Position

REMEMBERED = 10_000
"""Request ids kept, so that a repeated request gives the first entry."""

_Request = tuple[str, str]
"""Actor and request id."""


def _mark(command: Command) -> str:
    """Return what tells two commands apart, whoever orders them."""
    said = [command.command, command.incident, command.scope, command.text]
    answer = [command.choice, list(command.roles), command.question]
    return digest.digest([*said, *answer, command.fact, dict(command.fields)])


class LiveOrders:
    """Takes orders for a node.

    Args:
        node: running.
        history: over the same store.
    """

    def __init__(self, node: Node, history: History) -> None:
        self._node = node
        self._history = history
        self._answers = LiveAnswers(node, history)
        self._facts = LiveFacts(node)
        self._requests: dict[_Request, tuple[str, asyncio.Task[int]]] = {}

    async def command(self, command: Command) -> Position:
        """Journal a command; a repeated request id of one actor gives the first entry.

        So it does while the first is still on its way, and when its caller has given up.
        """
        if not command.request_id:
            return Position(PARTITION, await self._order(command))
        request = (command.actor, command.request_id)
        mark = _mark(command)
        if request not in self._requests:
            self._remember(request, (mark, asyncio.create_task(self._order(command))))
        first, order = self._requests[request]
        if first != mark:
            raise RequestRejected(
                f"request {command.request_id!r} was another command before", field="request_id"
            )
        return Position(PARTITION, await asyncio.shield(order))

    async def _order(self, command: Command) -> int:
        if command.command in ("freeze", "thaw"):
            return await self._freeze_or_thaw(command)
        if command.command in ("set_fact", "retract_fact"):
            return await self._facts.order(command)
        if command.command == "answer":
            return await self._answers.take(command)
        row = await asyncio.to_thread(self._history.incident, command.incident)
        if row is None:
            raise NotFound(f"no incident is called {command.incident!r}")
        if command.command == "abort" and row["closed_at"] is not None:
            raise NotPermitted(f"{command.incident} is closed: {row['outcome']}")
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
        if not await self._is_frozen(command.scope):
            raise NotPermitted(f"{command.scope} is not frozen")
        return await self._node.thaw(**order)

    async def _is_frozen(self, scope: str) -> bool:
        """Return whether dispatch or the journal says so; a failed order may stand all the same."""
        return scope in self._node.freezes or await self._node.runtime.ask(
            lambda state: scope in state.gate.freezes
        )

    def _remember(self, request: _Request, order: tuple[str, asyncio.Task[int]]) -> None:
        self._requests[request] = order
        order[1].add_done_callback(lambda task: self._forget_failed(request, task))
        while len(self._requests) > REMEMBERED:
            del self._requests[next(iter(self._requests))]

    def _forget_failed(self, request: _Request, task: asyncio.Task[int]) -> None:
        """Let a request that came to nothing be made again."""
        if task.cancelled() or task.exception() is not None:
            self._requests.pop(request, None)
