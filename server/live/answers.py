"""Answers to what incidents ask: one that may not count is refused before it is journalled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from interlock.engine.fold import questions
from interlock.engine.fold.state import State
from interlock.engine.history import History
from interlock.engine.model import Kind
from interlock.engine.node import Node
from interlock.errors import NotFound, NotPermitted, NotReady
from interlock.machines.answers import Given
from interlock.server.views import Command

PATIENCE = 100
"""Turns of the core an answer waits for its decision."""


class LiveAnswers:
    """Takes answers for a node, one after the other: each sees what the one before led to.

    Args:
        node: running.
        history: over the same store.
    """

    def __init__(self, node: Node, history: History) -> None:
        self._node = node
        self._history = history
        self._turn = asyncio.Lock()

    async def take(self, command: Command) -> int:
        """Journal an answer that counts; return its position.

        Raises:
            NotFound: there is no such incident.
            NotPermitted: it does not count; the message says why.  Nothing was journalled,
                unless the question closed at that very moment.
            NotReady: it is journalled, and whether it counts is not known yet.
        """
        given = Given(command.actor, command.roles, command.choice)
        async with self._turn:
            question = await self._standing(command, given)
            seq = await self._node.runtime.record(
                {
                    "kind": str(Kind.COMMAND),
                    "command": "answer",
                    "actor": given.actor,
                    "incident": command.incident,
                    "text": command.text,
                    "question": question,
                    "choice": given.choice,
                    "roles": list(given.roles),
                }
            )
            refusal = await self._refusal(seq)
        if refusal:
            raise NotPermitted(f"{refusal} (the answer came too late; it is journalled as {seq})")
        return seq

    async def _standing(self, command: Command, given: Given) -> str:
        """Return the id of the question the answer is for."""

        def look(state: State) -> tuple[str | None, str]:
            against = questions.objection(state, command.question, command.incident, given)
            asked = state.questions.get(command.incident)
            return against, "" if asked is None else asked.id

        against, question = await self._node.runtime.ask(look)
        if against is None:
            return question
        if await asyncio.to_thread(self._history.incident, command.incident) is None:
            raise NotFound(f"no incident is called {command.incident!r}")
        raise NotPermitted(against)

    async def _refusal(self, seq: int) -> str:
        """Return why a journalled answer did not count after all; empty when it did.

        Raises:
            NotReady: it is not known yet, because nothing is decided now.
        """
        for _ in range(PATIENCE):
            decision = await asyncio.to_thread(self._decision, seq)
            for answer in decision.get("answers", ()):
                return str(answer["reason"])
            await self._node.runtime.ask(lambda _: None)
        raise NotReady(f"the answer is journalled as {seq} and not decided yet; look again")

    def _decision(self, seq: int) -> Mapping[str, Any]:
        return next(iter(self._history.decisions(seq, seq)), {})
