"""Executors that answer from a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from interlock.engine.executors.base import Attempt, ProbeRequest
from interlock.engine.model import Kind
from interlock.errors import InvariantBroken
from interlock.language.values import Value

Body = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a scripted executor answers one attempt.

    Attributes:
        outcome: ``ok``, ``error``, ``timeout``, ``refused``, ``hangs`` for never, or ``lost``
            when nobody will know.
        code: short word of an error.
        message: for people.
        outputs: runtime values.
        takes_ms: simulated time until it answers.
    """

    outcome: str = "ok"
    code: str = ""
    message: str = ""
    outputs: Mapping[str, Value] = field(default_factory=dict)
    takes_ms: int = 100


class Scripts:
    """Answers attempts and probes; the last answer of a script repeats for ever."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self._actions: dict[str, list[Answer]] = {}
        self._probes: dict[str, list[Mapping[str, Value] | str]] = {}

    def act(self, action: str, answers: Sequence[Answer]) -> None:
        """Let an action be answered so, attempt by attempt."""
        self._actions[action] = list(answers)

    def see(self, probe: str, sights: Sequence[Mapping[str, Value] | str]) -> None:
        """Let a probe see so, look by look; a text is an error."""
        self._probes[probe] = list(sights)

    def attempt(self, attempt: Attempt) -> tuple[int, Body] | None:
        """Return the delay in ms and the result entry of an attempt; None for never.

        Raises:
            InvariantBroken: as ``answer``.
        """
        self.attempts.append(attempt)
        answer = self.answer(attempt)
        if answer.outcome == "hangs":
            return None
        of = {"intent": attempt.intent, "attempt": attempt.attempt, "epoch": attempt.epoch}
        if answer.outcome == "lost":
            return answer.takes_ms, {"kind": str(Kind.LEASE_LOST), **of, "reason": answer.message}
        return answer.takes_ms, {
            "kind": str(Kind.RESULT),
            **of,
            "outcome": answer.outcome,
            "code": answer.code,
            "message": answer.message,
            "outputs": dict(answer.outputs),
        }

    def answer(self, attempt: Attempt) -> Answer:
        """Return how an attempt is answered.

        Raises:
            InvariantBroken: no script says what the action does.
        """
        answer = _next(self._actions, attempt.action)
        if answer is None:
            raise InvariantBroken(f"no script for action {attempt.action}; call script() first")
        return answer

    def probe(self, request: ProbeRequest) -> Body:
        """Return the observation entry of a probe; an unscripted probe sees nothing."""
        sight = _next(self._probes, request.probe)
        seen = dict(sight) if isinstance(sight, Mapping) else None
        error = sight if isinstance(sight, str) else None
        if seen is None and error is None:
            error = f"no script for probe {request.probe}"
        return {
            "kind": str(Kind.OBSERVATION),
            "probe": request.id,
            "data": seen,
            "error": error,
        }


def _next(scripts: Mapping[str, list[T]], name: str) -> T | None:
    script = scripts.get(name)
    if not script:
        return None
    return script.pop(0) if len(script) > 1 else script[0]
