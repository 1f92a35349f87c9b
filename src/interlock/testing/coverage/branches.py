"""What machines did in a run: each branch as a counter, each state as it is entered.

Two branches may lead to one state, so a move does not say which was taken.  The guards of a
bundle that is measured are wrapped: they say what they said before, and that they were asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from interlock.engine.bundle import Bundle
from interlock.language import Document, Loc, Unknown, Value
from interlock.machines import RESULTS, ChooseState, FinalState, Machine, MachineRuntime, State
from interlock.machines.definition import Branch
from interlock.machines.formula import Env, Formula, Row
from interlock.testing.coverage.model import Item, Sort

Take = Callable[[Item], None]
"""Is told of each branch that is taken."""


@dataclass(frozen=True, slots=True)
class MachineLook:
    """One machine, or branch of a parallel state, with where it is written."""

    machine: Machine
    document: Document
    root: Loc = ()

    @property
    def states(self) -> Mapping[str, Item]:
        """The states that are written, by path."""
        found = {}
        for path in self.machine.states:
            loc = self.loc(path)
            if loc is not None:
                span = self.document.span(loc, key=True)
                said = f"state {path} of {self.machine.id}"
                found[path] = Item(Sort.STATE, self.document.path, span, said)
        return found

    def branches(self) -> Iterator[tuple[str, str, Branch, Item]]:
        """Yield state, event, branch and item of every branch that is written."""
        for path, state in self.machine.states.items():
            for event, branches in ways(state):
                for branch in branches:
                    if branch.origin is not None:
                        yield path, event, branch, self._item(event, branch.origin.loc)

    def watched(self, take: Take) -> Machine:
        """Return the machine with every written branch telling when it is taken."""
        items = {id(branch): item for _, _, branch, item in self.branches()}

        def watch(branch: Branch) -> Branch:
            item = items.get(id(branch))
            return branch if item is None else replace(branch, guard=_telling(branch, item, take))

        states: dict[str, State] = {}
        for path, state in self.machine.states.items():
            if isinstance(state, ChooseState):
                states[path] = replace(state, branches=tuple(map(watch, state.branches)))
            elif isinstance(state, FinalState):
                states[path] = state
            else:
                handlers = {e: tuple(map(watch, some)) for e, some in state.handlers.items()}
                states[path] = replace(state, handlers=handlers)
        return replace(self.machine, states=states)

    def _item(self, event: str, loc: Loc) -> Item:
        span = self.document.span(loc)
        said = f"{event_named(event)} in {self.machine.id}"
        return Item(_sort(event), self.document.path, span, said)

    def within(self) -> Iterator[MachineLook]:
        """Yield the branches of its parallel states."""
        for fork in self.machine.forks:
            for name, machine in fork.branches.items():
                loc = (*(self.loc(fork.path) or ()), "parallel", "branches", name)
                yield MachineLook(machine, self.document, loc)

    def loc(self, path: str) -> Loc | None:
        """Return where a state is written; None for one that is built in."""
        loc: Loc = self.root
        for name in path.split("."):
            within = self.document.at((*loc, "states"))
            if not isinstance(within, Mapping) or name not in within:
                return None
            loc = (*loc, "states", name)
        return loc


def watched_bundle(bundle: Bundle, looks: Mapping[str, MachineLook], take: Take) -> Bundle:
    """Return a bundle that decides alike and tells which branches its machines take."""
    watched = {name: look.watched(take) for name, look in looks.items()}
    machines = {
        name: _with_branches(watched.get(name, machine), watched)
        for name, machine in bundle.machinebase.machines.items()
    }
    base = replace(bundle.machinebase, machines=machines)
    runtimes = {name: MachineRuntime(machine) for name, machine in base.definitions.items()}
    return replace(bundle, machinebase=base, runtimes=runtimes)


def _with_branches(machine: Machine, watched: Mapping[str, Machine]) -> Machine:
    """Return a machine whose parallel states fork into the branches that are watched."""
    forks: dict[str, State] = {
        fork.path: replace(
            fork, branches={n: watched.get(one.id, one) for n, one in fork.branches.items()}
        )
        for fork in machine.forks
    }
    return replace(machine, states={**machine.states, **forks})


def ways(state: State) -> Iterator[tuple[str, tuple[Branch, ...]]]:
    """Yield the events of a state with their branches; those of a choice come on ``choose``."""
    if isinstance(state, ChooseState):
        yield "choose", state.branches
    elif not isinstance(state, FinalState):
        yield from state.handlers.items()


def _telling(branch: Branch, item: Item, take: Take) -> Formula:
    guard = branch.guard

    def holds(row: Row, env: Env) -> Value | Unknown:
        verdict = True if guard is None else guard.evaluate(row, env)
        if verdict is True:
            take(item)
        return verdict

    # Without a reason of its own a move tells its guard's text; an absent guard has none.
    return Formula("" if guard is None else guard.text, holds)


def _sort(event: str) -> Sort:
    if event in RESULTS:
        return Sort.RESULT
    return Sort.TIMER if event.startswith("after:") else Sort.TRANSITION


def event_named(event: str) -> str:
    """Return what an event is called for people."""
    kind, _, name = event.partition(":")
    return {"after": f"timer {name}", "answer": f"answer {name}"}.get(kind, event)
