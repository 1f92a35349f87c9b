"""Fork and join: the branches of a parallel state are incidents of their own.

::

    parent comes to the state ─► one incident a branch, all begun in this entry
    a branch ends otherwise than done ─┐
    an event leads the parent out ─────┴─► the branches still open hear operator.abort
    every branch has ended ─► what they set is the parent's ─► the event that led out, else
                              joined (all done) or failed

A branch has ended when its machine has and no action of it is under way any more: so nothing the
parent does is beside a live branch, and an undo knows all there is to take back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.engine.fold.state import Incident, State
from interlock.engine.fold.turn import Event, Turn
from interlock.engine.lineage import branch_id, branch_of, descent
from interlock.errors import InvariantBroken
from interlock.machines.definition import Machine, ParallelState, Trigger
from interlock.machines.forked import SUCCEEDED


def fork(turn: Turn, parent: Incident) -> list[Incident]:
    """Open an incident for each branch of the state a parent has come to.

    Returns:
        The incidents, in the order of the branches; the caller starts their machines, once all
        are there, so that no branch that ends at once is taken for the last.
    """
    opened = [_open(turn, parent, one) for one in _state_of(turn.state, parent).branches.values()]
    known = turn.state.branches.get(parent.id, ())
    turn.state.branches[parent.id] = (*known, *(one.id for one in opened))
    return opened


def _state_of(state: State, parent: Incident) -> ParallelState:
    machine = state.bundles[parent.bundle].machinebase.definitions[parent.machine]
    found = machine.states[parent.state]
    if not isinstance(found, ParallelState):
        raise InvariantBroken(f"{parent.id} forks nothing in {parent.state}")
    return found


def _open(turn: Turn, parent: Incident, machine: Machine) -> Incident:
    name = "" if machine.forked is None else machine.forked.branch
    child = Incident(
        id=branch_id(parent.id, parent.moves, name),
        key=parent.key,
        machine=machine.id,
        bundle=parent.bundle,
        state="",
        severity=parent.severity,
        opened_at=turn.at,
        opened_seq=turn.seq,
        context=dict(parent.context),
        rule=parent.rule,
        finished=parent.finished,
        acknowledged_by=parent.acknowledged_by,
    )
    turn.state.incidents[child.id] = child
    turn.touch(child)
    turn.note(
        "opened",
        incident=child.id,
        key=child.key,
        machine=machine.id,
        version=machine.version,
        digest=machine.digest,
        severity=child.severity,
        context=child.context,
        parent=parent.id,
        move=parent.moves,
        branch=name,
    )
    return child


def branches(state: State, parent: Incident) -> Iterator[Incident]:
    """Yield the branches of the state a parent is in, in order."""
    for name in state.branches.get(parent.id, ()):
        born = descent(name)
        if born is not None and born.move == parent.moves:
            yield state.incidents[name]


def is_under_way(state: State, parent: Incident) -> bool:
    """Return whether some branch of the state a parent is in has not ended."""
    return any(_is_live(state, one) for one in branches(state, parent))


def _is_live(state: State, child: Incident) -> bool:
    if child.is_open:
        return True
    return any(i.incident == child.id and i.kind == "act" for i in state.intents.values())


def leave(turn: Turn, parent: Incident, event: Event) -> None:
    """End the branches before an event leads their parent out; the first such event counts.

    A person who aborts it outdoes what came before.
    """
    if parent.leaving is not None and event.name != Trigger.ABORT:
        turn.note("unheard", incident=parent.id, event=event.name, reason="its branches are ending")
        return
    parent.leaving = {"event": event.name, "cause": dict(event.cause), "data": dict(event.data)}
    turn.touch(parent)
    turn.note("leaving", incident=parent.id, event=event.name, cause=dict(event.cause))
    if event.name == Trigger.ABORT:
        _abort(turn, parent, event.cause, event.data)
    else:
        _cancel(turn, parent, f"{event.name} ends the fork")


def pass_on(turn: Turn, parent: Incident, event: Event) -> None:
    """Let the branches hear what means nothing to their parent."""
    for child in branches(turn.state, parent):
        if child.is_open:
            turn.tell(child.id, event.name, event.cause, data=event.data)


def closed(turn: Turn, child: Incident) -> None:
    """Note that the machine of a branch has ended; the first that did not succeed ends all."""
    parent = turn.state.incidents[child.parent]
    if not parent.is_open:
        return
    failed = [o for o in branches(turn.state, parent) if not o.is_open and o.outcome != SUCCEEDED]
    if failed == [child] and parent.leaving is None:
        _cancel(turn, parent, f"branch {branch_of(child.id)} ended {child.outcome}")
    settle(turn, parent)


def settle(turn: Turn, parent: Incident) -> None:
    """Join the branches of a parent if every one has ended."""
    ended = list(branches(turn.state, parent))
    if not (ended and parent.is_open) or is_under_way(turn.state, parent):
        return
    _take_over(turn, parent, ended)
    leaving, parent.leaving = parent.leaving, None
    if leaving is not None:
        turn.tell(parent.id, leaving["event"], leaving["cause"], data=leaving["data"])
    # Where the event led out, this one is about a state that was left, and is not heard.
    verdict = Trigger.JOINED if all(o.outcome == SUCCEEDED for o in ended) else Trigger.FAILED
    outcomes = [{"incident": o.id, "branch": branch_of(o.id), "outcome": o.outcome} for o in ended]
    detail = ", ".join(f"{one['branch']} {one['outcome']}" for one in outcomes)
    cause = {"kind": "join", "branches": outcomes}
    turn.tell(parent.id, verdict.value, cause, data={"detail": detail})


def _take_over(turn: Turn, parent: Incident, ended: list[Incident]) -> None:
    """Give a parent what its branches have set; no two of them set the same."""
    definitions = turn.state.bundles[parent.bundle].machinebase.definitions
    values = {
        name: child.context[name]
        for child in ended
        for name in sorted(definitions[child.machine].sets & child.context.keys())
        if child.context[name] != parent.context.get(name)
    }
    if values:
        parent.context = {**parent.context, **values}
        turn.note("context", incident=parent.id, values=values)


def _cancel(turn: Turn, parent: Incident, reason: str) -> None:
    cause = {"kind": "fork", "parent": parent.id, "reason": reason}
    _abort(turn, parent, cause, {"by": parent.id, "text": reason})


def _abort(turn: Turn, parent: Incident, cause: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    for child in branches(turn.state, parent):
        if child.is_open:
            turn.tell(child.id, Trigger.ABORT.value, cause, data=data)
