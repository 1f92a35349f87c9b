"""Executors and probes that answer as a way through a machine needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from typing_extensions import override

from interlock.engine.executors.base import Attempt, ProbeRequest
from interlock.engine.fold.state import Intent
from interlock.engine.model import Kind
from interlock.language.expression import Scope
from interlock.language.regions.samples import row_of
from interlock.language.values import Field
from interlock.machines.actions import ActionType
from interlock.testing.generate.sights import Holds, sight
from interlock.testing.scripts import Answer, Body, Scripts

if TYPE_CHECKING:
    from interlock.testing.harness import Harness

BROKEN = "BROKEN"
"""A code that no contract lists as transient."""

NOTHING = "nothing was seen"
"""Why a probe sees nothing where it must not see what is expected."""

_OUTCOMES: Mapping[str, Answer] = {
    "failed": Answer("error", code=BROKEN),
    "timed_out": Answer("timeout", code="deadline"),
    "refused": Answer("refused", message="not today"),
}
_WORKS = frozenset({"done", "unverified"})


class Guide(Scripts):
    """Answers so that incidents go on as they are to.

    Args:
        wanted: the event that is to lead an incident on; empty: everything hangs.
        slow: whether what is to take no result takes as long as it can until it has one.

    Attributes:
        harness: the service that asks; to be set before it does.
        unseen: what no probe was found to see, for people.
        answered, looked: what was said, by action and by probe, in order.
    """

    def __init__(self, wanted: Callable[[str], str], *, slow: bool = False) -> None:
        super().__init__()
        self._wanted = wanted
        self._slow = slow
        self.harness: Harness | None = None
        self.unseen: str = ""
        self.answered: dict[str, list[Answer]] = {}
        self.looked: dict[str, list[Body | str]] = {}

    def _intent(self, intent: str) -> tuple[Intent, ActionType]:
        assert self.harness is not None
        one = self.harness.state.intents[intent]
        return one, self.harness.bundle.machinebase.actions[one.action]

    def _event(self, intent: Intent) -> str:
        return "done" if intent.kind == "notify" else self._wanted(intent.incident)

    @override
    def answer(self, attempt: Attempt) -> Answer:
        """Return the answer that leads on; what is to take no result hangs."""
        intent, action = self._intent(attempt.intent)
        answer = self._answer(self._event(intent), action)
        if intent.kind != "notify":  # what only tells somebody needs no fake
            self.answered.setdefault(attempt.action, []).append(answer)
        return answer

    def _answer(self, event: str, action: ActionType) -> Answer:
        if event in _OUTCOMES:
            return _OUTCOMES[event]
        if event not in _WORKS and not (self._slow and _is_proof_longer(action)):
            return Answer("hangs")
        return Answer(outputs=row_of({}, "outputs", action.outputs, 0))

    @override
    def probe(self, request: ProbeRequest) -> Body:
        """Return a sight with which what is expected holds, unless it must not."""
        intent, action = self._intent(request.id.partition("/")[0])
        event = self._event(intent)
        is_proof = intent.phase == "verifying"
        unproved = event == "unverified" or (self._slow and event != "done")
        blind = unproved if is_proof else event == "refused"
        seen = self._seen(intent, action, request.probe, wanted=not blind)
        error = None if seen is not None else NOTHING
        self.looked.setdefault(request.probe, []).append(NOTHING if seen is None else seen)
        return {
            "kind": str(Kind.OBSERVATION),
            "probe": request.id,
            "data": seen,
            "error": error,
        }

    def _seen(self, intent: Intent, action: ActionType, probe: str, *, wanted: bool) -> Body | None:
        assert self.harness is not None
        fields = self.harness.bundle.machinebase.probes.get(probe, {})
        inputs, outputs = dict(intent.inputs), dict(intent.outputs)
        holds: Holds
        if intent.phase == "verifying" and action.verify is not None:
            proof = action.verify
            expect, holds = proof.expect.text, lambda row: proof.holds(inputs, outputs, row)
        else:
            required = action.requires[intent.requirement]
            expect, holds = required.expect.text, lambda row: required.holds(inputs, row)
        around = {"": inputs, "outputs": outputs}
        found = sight(expect, holds, fields, around, _scope(action, fields), wanted=wanted)
        if found is None and wanted:
            self.unseen = f"nothing was found that {probe} may see so that {expect}"
        return None if found is None else dict(found)


def _is_proof_longer(action: ActionType) -> bool:
    """Return whether an effect may be waited for longer than an answer that never comes."""
    return action.verify is not None and action.verify.within_ms > 2 * action.timeout_ms


def _scope(action: ActionType, fields: Mapping[str, Field]) -> Scope:
    return Scope(action.inputs, {"probe": fields, "outputs": action.outputs})
