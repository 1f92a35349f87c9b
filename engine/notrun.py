"""Why an incident did not run an action: what held or refused it, or which way was not taken.

An action that was wanted has its own reasons: the gate's verdicts and what came of the attempts.
One that never was is explained by the machine: which states run it, where the incident went
instead, and what would have had to happen there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.engine.explain import Explainer, Reason
from interlock.engine.history import History, IncidentQuery
from interlock.engine.journal.reader import Reader
from interlock.engine.trail import MOST_BRANCHES, Trail
from interlock.errors import NotFound
from interlock.language.diagnostics import nearest
from interlock.machines.definition import FinalState, Machine, RunState, State, ways_out

Row = Mapping[str, Any]


def not_run(reader: Reader, incident: str, action: str) -> Reason:
    """Return why an incident did not run an action, or what became of it when it did.

    Args:
        reader: the store.
        incident: id of the incident.
        action: name of the action.

    Raises:
        NotFound: there is no such incident, or its machine never runs such an action.
        JournalError: the store cannot be read.
    """
    history = History(reader.engine)
    row = history.incident(incident)
    if row is None:
        raise NotFound(f"no incident is called {incident!r}", incident=incident)
    explainer = Explainer(history)
    branches = history.incidents(IncidentQuery(parent=incident), MOST_BRANCHES)
    family = [row, *branches[::-1]]
    wanted = [a for one in family for a in history.actions_of(one["id"]) if a["action"] == action]
    if wanted:
        children = tuple(explainer.explain(one["intent"]) for one in wanted)
        said = f"{action} was wanted {len(wanted)}×" if len(wanted) > 1 else f"{action} was wanted"
        return _incident(row, said, children)
    definitions = Trail(reader, incident).bundle.machinebase.definitions
    machine = definitions[row["machine"]]
    whole = machine.whole
    states = [path for path, (_, state) in whole.items() if action in _runs(state)]
    if not states:
        runs = sorted({name for _, state in whole.values() for name in _runs(state)})
        hint = nearest(action, runs) or f"it runs {', '.join(runs) or 'none'}"
        message = f"machine {machine.id} never runs an action {action!r} ({hint})"
        raise NotFound(message, action=action)
    said = f"{action} was never wanted: {' or '.join(states)} runs it and was not entered"
    ways = _ways(history, row, machine, _towards_it(machine, action))
    forked = [
        _incident(one, f"{action} was never wanted", tuple(_ways(history, one, branch, found)))
        for one in family[1:]
        if (found := _towards_it(branch := definitions[one["machine"]], action))
    ]
    return _incident(row, said, (*ways, *forked))


def _towards_it(machine: Machine, action: str) -> list[str]:
    """Return the states of a machine's own that run an action, or fork into branches that do."""
    found = [path for path, state in machine.states.items() if action in _runs(state)]
    for fork in machine.forks:
        within = (state for branch in fork.branches.values() for state in branch.states.values())
        found += [fork.path] * any(action in _runs(state) for state in within)
    return found


def _runs(state: State) -> tuple[str, ...]:
    match state:
        case RunState():
            return (state.action,)
        case FinalState():
            return tuple(notice.action for notice in state.notices)
        case _:
            return ()


def _incident(row: Row, said: str, children: tuple[Reason, ...]) -> Reason:
    title = f"{row['machine']} for {row['key']}: {said}"
    return Reason("incident", row["id"], title, row["opened_seq"], row["opened_at"], children)


def _ways(history: History, row: Row, machine: Machine, wanted: list[str]) -> Iterator[Reason]:
    """Yield each move, with the ways not taken there that lead towards the action."""
    towards = _towards(machine, wanted)
    for move in history.transitions_of(row["id"]):
        source = move["source"] or "start"
        title = f"{source} → {move['dest']} on {move['trigger']}"
        title += f": {move['why']}" if move["why"] else ""
        missed = () if not move["source"] else tuple(_missed(machine, move, towards))
        yield Reason(
            "transition", f"{row['id']}#{move['n']}", title, move["seq"], move["at"], missed
        )
    if row["closed_at"] is None:
        yield Reason("check", "", _needs(machine, row["state"], towards))


def _missed(machine: Machine, move: Row, towards: set[str]) -> Iterator[Reason]:
    """Yield the ways out of a state that would have led on, when the one taken does not."""
    if move["dest"] in towards:
        return
    for said in _leads(machine, move["source"], towards):
        yield Reason("check", "", f"not taken: {said}")


def _needs(machine: Machine, state: str, towards: set[str]) -> str:
    ways = " or ".join(_leads(machine, state, towards))
    return f"in {state} now; {f'leads there {ways}' if ways else 'nothing leads there from it'}"


def _leads(machine: Machine, path: str, towards: set[str]) -> Iterator[str]:
    for event, branches in sorted(ways_out(machine.states[path]).items()):
        for branch in branches:
            if branch.dest in towards:
                guard = f" if {branch.guard.text}" if branch.guard is not None else ""
                yield f"on {event}{guard} to {branch.dest}"


def _towards(machine: Machine, wanted: list[str]) -> set[str]:
    """Return the states from which one of those wanted can be reached, and those themselves."""
    found = set(wanted)
    while True:
        more = {
            path
            for path, state in machine.states.items()
            if path not in found
            and any(b.dest in found for branches in ways_out(state).values() for b in branches)
        }
        if not more:
            return found
        found |= more
