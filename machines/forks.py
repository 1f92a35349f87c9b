"""Checks what the branches of a parallel state do together; each alone is checked as a machine.

Branches go on side by side in any order, so nothing may depend on that order: what two of them
set would be what the later one said.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language import Loc
from interlock.machines.definition import Machine, ParallelState, ways_out
from interlock.machines.source import Source


def check_fork(source: Source, state: ParallelState) -> None:
    """Report every context field that two branches set, or a branch and the fork around it.

    Args:
        source: the document.
        state: compiled.
    """
    first = {name: "an event that stays in the fork" for name, _ in _set_while_waiting(state)}
    for branch, machine in state.branches.items():
        own = dict(_set_by(machine))
        for name, loc in own.items():
            if name in first:
                message = f"{name!r} is set by {first[name]} and by branch {branch!r}"
                hint = "set one field each: which of them comes later nobody knows"
                source.report((*loc, "set", name), "RV616", message, hint, key=True)
        first.update(dict.fromkeys(own, f"branch {branch!r}"))


def _set_by(machine: Machine) -> Iterator[tuple[str, Loc]]:
    """Yield the fields a machine sets, each with a way out that sets it."""
    for state in machine.states.values():
        for branches in ways_out(state).values():
            for one in branches:
                if one.origin is not None:
                    yield from ((name, one.origin.loc) for name, _ in one.sets)


def _set_while_waiting(state: ParallelState) -> Iterator[tuple[str, Loc]]:
    """Yield the fields that are set while the fork goes on."""
    for branches in state.handlers.values():
        for one in branches:
            if one.dest is None and one.origin is not None:
                yield from ((name, one.origin.loc) for name, _ in one.sets)
