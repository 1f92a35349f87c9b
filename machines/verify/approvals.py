"""RV703: what cannot be taken back and risks much, with a way to it on which nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from interlock.language import Diagnostic
from interlock.machines.actions import ActionType
from interlock.machines.definition import ApproveState, RunState, answer_event
from interlock.machines.question_schema import REJECT
from interlock.machines.verify.routes import Edge, in_words, routes
from interlock.machines.verify.subject import MachineSubject

ABOVE_MEDIUM = frozenset({"high"})
"""The risks for which somebody must be asked before what cannot be undone."""


@dataclass(frozen=True)
class Gap:
    """A shortest way to an act, in a branch perhaps, on which nobody is asked."""

    path: str
    action: ActionType
    way: tuple[Edge, ...]

    def finding(self, subject: MachineSubject) -> Diagnostic:
        """Return it at the act."""
        words = in_words(self.way, subject.machine.initial)
        message = f"{self.action.name!r} cannot be taken back, and nobody is asked: {words}"
        hint = "put an `approve` state on every way to it"
        loc = (*subject.whole[self.path][1], "run")
        return subject.finding(loc, "RV703", message, hint, "error")


def approval_gaps(subject: MachineSubject) -> Iterator[Gap]:
    """Yield every such act that can be come to without an answer other than a rejection."""
    free = [one for one in subject.walk if not _is_approval(one, subject)]
    free = [one for one in free if subject.joins(one, free)]
    found = routes(subject.machine.initial, free)
    for path, (state, _) in subject.whole.items():
        if isinstance(state, RunState) and path in found:
            action = subject.actions[state.action]
            if _needs_approval(action):
                yield Gap(path, action, found[path])


def _needs_approval(action: ActionType) -> bool:
    return action.kind == "act" and not action.reversible and action.risk in ABOVE_MEDIUM


def _is_approval(edge: Edge, subject: MachineSubject) -> bool:
    state = subject.whole[edge.source][0]
    if not isinstance(state, ApproveState):
        return False
    return edge.event in {answer_event(one) for one in state.question.choices if one != REJECT}
