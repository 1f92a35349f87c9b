"""RV614: a service level that cannot be kept even when all goes well."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from interlock.language import Diagnostic
from interlock.language.values import format_duration
from interlock.machines.definition import BREACH, FinalState, Trigger, WaitState, answer_event
from interlock.machines.forked import SUCCEEDED
from interlock.machines.question_schema import REJECT
from interlock.machines.verify.routes import Edge
from interlock.machines.verify.subject import MachineSubject


def broken_promises(subject: MachineSubject) -> Iterator[Diagnostic]:
    """Yield the machine's ``sla`` where no way on which all goes well can end in time.

    What must pass on a way are the ``hold`` of its waits and the timers it goes on by; actions
    and people may be as fast as they like.
    """
    promised = subject.machine.resolve_within_ms
    if promised is None:
        return
    least = _least(subject)
    if least is not None and least > promised:
        message = (
            f"cannot be kept: when all goes well it takes at least {format_duration(least)},"
            f" longer than {format_duration(promised)}"
        )
        yield subject.finding(("sla", "resolve_within"), "RV614", message, None, "error")


def _least(subject: MachineSubject) -> int | None:
    """Return the shortest time from the start to an end, ms; None where there is no such way."""
    found = {subject.machine.initial: 0}
    pending = [(0, subject.machine.initial)]
    while pending:
        spent, path = heapq.heappop(pending)
        if _is_end(subject, path):
            return spent
        for edge in subject.edges:
            dest = edge.branch.dest
            if edge.source == path and dest is not None and _goes_well(edge):
                later = spent + _passes(edge, subject)
                if later < found.get(dest, later + 1):
                    found[dest] = later
                    heapq.heappush(pending, (later, dest))
    return None


def _is_end(subject: MachineSubject, path: str) -> bool:
    """Whether it may end there; a branch is to end well."""
    state, is_branch = subject.machine.states[path], subject.machine.forked is not None
    return isinstance(state, FinalState) and (not is_branch or state.outcome == SUCCEEDED)


_BADLY = frozenset(
    {
        *(Trigger.FAILED, Trigger.TIMED_OUT, Trigger.REFUSED, Trigger.UNVERIFIED),
        *(Trigger.ABORT, Trigger.WITHDRAWN, answer_event(REJECT)),
    }
)


def _goes_well(edge: Edge) -> bool:
    return edge.event not in _BADLY and not edge.event.endswith(BREACH)


def _passes(edge: Edge, subject: MachineSubject) -> int:
    """Return how long must pass before a branch is taken, ms."""
    state = subject.machine.states[edge.source]
    if edge.event == Trigger.MET and isinstance(state, WaitState):
        return state.wait.hold_ms
    if edge.event == Trigger.JOINED:
        joined = [one for one in subject.within if one.around[-1].path == edge.source]
        return max(_least(one) or 0 for one in joined)
    timer = edge.event.removeprefix("after:")
    # The timer of a state around may be under way already.
    return subject.delays.get(timer, 0) if timer.startswith(f"{edge.source}@") else 0
