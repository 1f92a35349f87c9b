"""What people order: commands, freezes, thaws."""

from __future__ import annotations

import asyncio

from interlock import digest
from interlock.engine.fold.gate.freeze import is_scope
from interlock.engine.history import History
from interlock.engine.model import PARTITION, Kind
from interlock.engine.node import Node
from interlock.errors import NotFound, NotPermitted, RequestRejected
from interlock.server.views import Command, Position

REMEMBERED = 10_000
"""Request ids kept, so that a repeated request gives the first entry."""


class LiveOrders:
    """Takes orders for a node.

    Args:
        node: running.
        history: over the same store.
    """

    def __init__(self, node: Node, history: History) -> None:
        self._node = node
        self._history = history
        self._requests: dict[tuple[str, str], tuple[str, Position]] = {}

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
        if command.scope not in self._node.freezes:
            raise NotPermitted(f"{command.scope} is not frozen")
        return await self._node.thaw(**order)

    def _remember(self, request: tuple[str, str], answer: tuple[str, Position]) -> None:
        self._requests[request] = answer
        while len(self._requests) > REMEMBERED:
            del self._requests[next(iter(self._requests))]
