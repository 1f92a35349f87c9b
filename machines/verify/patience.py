"""RV706: timers that end a state before what it runs can.

``check`` refuses a timer of the state itself that is shorter than one attempt; here are the
timers of the states around it, and attempts that are tried again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from interlock.language import Diagnostic
from interlock.language.values import format_duration, parse_duration
from interlock.machines.actions import ActionType
from interlock.machines.definition import RunState
from interlock.machines.retry import RetryPolicy
from interlock.machines.tree import Node
from interlock.machines.verify.subject import MachineSubject


def hasty_timers(subject: MachineSubject) -> Iterator[Diagnostic]:
    """Yield every timer that is shorter than an action, or than all its attempts."""
    for leaf in subject.tree.leaves():
        state = subject.machine.states.get(leaf.path)
        if isinstance(state, RunState):
            action = subject.actions[state.action]
            for node in (*subject.around, *leaf.chain):
                for text in node.after:
                    yield from _of_timer(subject, (node, text), state, action)


def _of_timer(
    subject: MachineSubject, timer: tuple[Node, str], state: RunState, action: ActionType
) -> Iterator[Diagnostic]:
    node, text = timer
    delay, loc = parse_duration(text), (*node.loc, "after", text)
    once = lasting(action)
    if delay < once and node.loc != subject.places[state.path]:
        message = f"the timer ends before {action.name!r} can: it may take {format_duration(once)}"
        yield subject.finding(loc, "RV706", message, None, "error", key=True)
    elif state.retry is not None and once <= delay < (whole := all_attempts(action, state.retry)):
        message = (
            f"the timer may end before the last of {state.retry.attempts} attempts of"
            f" {action.name!r}: they may take {format_duration(whole)}"
        )
        yield subject.finding(loc, "RV706", message, None, key=True)


def lasting(action: ActionType) -> int:
    """Return how long one attempt may take, with its proof, ms."""
    return action.timeout_ms + (0 if action.verify is None else action.verify.within_ms)


def all_attempts(action: ActionType, retry: RetryPolicy) -> int:
    """Return how long all attempts may take, with the pauses between them, ms."""
    even = replace(retry, jitter_permille=0)
    pauses = sum(even.delay_ms(number, "") for number in range(1, retry.attempts))
    return lasting(action) * retry.attempts + pauses
