"""An executor whose every answer the test writes; fast, in virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from interlock.engine.executors.base import Attempt, AttemptResult, Manifest, ProbeRequest
from interlock.engine.executors.plugin import Plugin
from interlock.language.values import INT, STRING, Field, Value

MANIFEST = Manifest(
    inputs={"name": Field(STRING, pattern="[a-z]+")},
    outputs={"count": Field(INT, optional=True)},
)


async def done(attempt: Attempt) -> AttemptResult:
    return AttemptResult("ok", outputs={"count": attempt.attempt})


async def seen(request: ProbeRequest) -> Mapping[str, Value]:
    return {"count": 1}


class ScriptedExecutor(Plugin):
    """Operation ``restart`` and probe ``check``; ``performed`` lists what was really done."""

    def __init__(
        self,
        perform: Callable[[Attempt], Awaitable[AttemptResult]] = done,
        observe: Callable[[ProbeRequest], Awaitable[Mapping[str, Value]]] = seen,
        **options: object,
    ) -> None:
        super().__init__(
            "scripted", actions={"restart": MANIFEST}, probes={"check": MANIFEST}, **options
        )
        self.performed: list[Attempt] = []
        self._script = perform
        self._sight = observe

    async def _perform(self, attempt: Attempt) -> AttemptResult:
        self.performed.append(attempt)
        return await self._script(attempt)

    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        return await self._sight(request)
