"""RV804: machines that no rule starts, and actions that no machine runs."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.machines.definition import RunState, State
from interlock.machines.verify import written_actions


def unused(whole: Whole) -> Iterator[Diagnostic]:
    """Yield what no rule can lead to; of a bundle without rules nothing is told."""
    if not whole.subjects:
        return
    started = {machine for one in whole.subjects for machine in one.machines}
    for machine in whole.machines:
        if machine.machine.id not in started:
            message = f"no rule starts {machine.machine.id!r}"
            yield machine.finding(("id",), "RV804", message, "start it in a rule, or take it out")
    run = _run_by(whole, started)
    for document in whole.documents:
        for name in written_actions(document):
            if name not in run:
                span = document.span(("actions", name), key=True)
                message = f"nothing that a rule starts runs {name!r}"
                yield Diagnostic(document.path, span, "warning", "RV804", message)


def _run_by(whole: Whole, started: set[str]) -> set[str]:
    """Return the actions run, notified or taken back by the machines started."""
    found = {
        action
        for machine in whole.machines
        if machine.machine.id in started
        for part in machine.parts
        for state in part.machine.states.values()
        for action in _actions(state)
    }
    pending = list(found)
    while pending:
        rollback = whole.machinebase.actions[pending.pop()].rollback
        if rollback is not None and rollback.action not in found:
            found.add(rollback.action)
            pending.append(rollback.action)
    return found


def _actions(state: State) -> Iterator[str]:
    if isinstance(state, RunState):
        yield state.action
    for notice in getattr(state, "notices", ()):
        yield notice.action
