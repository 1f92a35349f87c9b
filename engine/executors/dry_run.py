"""Does nothing and remembers what it would have done: the safe default.

``DryRunExecutor()`` takes any operation.  ``DryRunExecutor(standing_in_for=command)`` has the
other's name and manifest and refuses what the frame would refuse; its probes, which change
nothing, are passed on, so that machines see the real world while nothing is done to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from typing_extensions import override

from interlock.engine.executors.base import (
    Attempt,
    AttemptResult,
    Executor,
    Manifest,
    ProbeRequest,
)
from interlock.engine.executors.plugin import Plugin
from interlock.engine.executors.reports import HandsOn, Reporter
from interlock.engine.executors.settings import check_settings
from interlock.errors import ExecutionError
from interlock.language.values import Field, Value

REMEMBERED = 1_000
"""How many attempts are remembered; the oldest is forgotten first."""


class DryRunExecutor(Plugin):
    """Answers ``ok`` with the code ``dry_run`` and no outputs; changes nothing.

    Args:
        standing_in_for: executor whose place it takes; None takes any operation.

    Attributes:
        would_have_done: the attempts it was given, oldest first, each effect once.
    """

    def __init__(self, standing_in_for: Executor | None = None) -> None:
        original = standing_in_for
        super().__init__(
            "dry_run" if original is None else original.name,
            actions={} if original is None else _without_outputs(original.actions),
            probes={},
        )
        self._original = original
        self.would_have_done: deque[Attempt] = deque(maxlen=REMEMBERED)

    def bind(
        self,
        *,
        report: Reporter,
        frozen: Callable[[Attempt], str | None],
        epoch: Callable[[], int],
    ) -> None:
        """Pass on to an original that hands its work on: its probes are real."""
        original: object = self._original
        if isinstance(original, HandsOn):
            original.bind(report=report, frozen=frozen, epoch=epoch)

    def confirm(self, work: Attempt | ProbeRequest, seq: int | None) -> None:
        """Nothing was handed on."""

    @property
    @override
    def probes(self) -> Mapping[str, Mapping[str, Field]]:
        """The original's probes."""
        return {} if self._original is None else self._original.probes

    @override
    async def probe(self, request: ProbeRequest) -> Mapping[str, Value]:
        """Ask the original.

        Raises:
            ExecutionError: there is none, so nothing was seen.
        """
        return await self._observe(request)

    @override
    async def close(self) -> None:
        if self._original is not None:
            await self._original.close()

    @override
    def _check(self, attempt: Attempt) -> None:
        if self._original is not None:
            super()._check(attempt)

    @override
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        self.would_have_done.append(attempt)
        return AttemptResult("ok", "dry_run", f"would have done {attempt.operation}")

    @override
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        if self._original is None:
            raise ExecutionError("a dry run sees nothing", reason="dry_run")
        return await self._original.probe(request)


def create(settings: Mapping[str, str]) -> DryRunExecutor:
    """Make the executor; it has no settings.

    Raises:
        DefinitionError: a setting was given.
    """
    check_settings("dry_run", settings)
    return DryRunExecutor()


def _without_outputs(actions: Mapping[str, Manifest]) -> dict[str, Manifest]:
    """Return the manifests with no outputs: what was not done has none."""
    return {name: replace(manifest, outputs={}) for name, manifest in actions.items()}
