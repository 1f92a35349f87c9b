"""The small changes of machines: where branches lead, and what results are taken for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.language import Loc
from interlock.language.expression import Scope
from interlock.machines import RESULTS, Trigger
from interlock.machines.definition import Branch
from interlock.testing.coverage import Item
from interlock.testing.coverage.branches import MachineLook
from interlock.testing.mutation.conditions import condition_mutants
from interlock.testing.mutation.model import Edit, Mutant, Site
from interlock.testing.mutation.of_states import state_mutants
from interlock.testing.mutation.operators import Operator


def machine_mutants(look: MachineLook, elements: Mapping[str, Scope]) -> Iterator[Mutant]:
    """Yield every small change of one machine; one that several states share comes once.

    Args:
        look: the machine.
        elements: what may be read of each signal and fact.
    """
    states, seen = look.states, set[Loc]()
    done = {
        path: branch.dest
        for path, event, branch, _ in look.branches()
        if event == Trigger.DONE.value
    }
    for path, event, branch, item in look.branches():
        assert branch.origin is not None  # or it would not be written
        if branch.origin.loc not in seen:
            seen.add(branch.origin.loc)
            site = Site(look.document, frozenset(_near(look, branch, states)))
            yield from _of_branch(look, branch, item, site)
            if event in RESULTS and event != Trigger.DONE.value:
                yield from _ignored(branch, item, site, done.get(path))
    yield from state_mutants(look, elements)


def _near(look: MachineLook, branch: Branch, states: Mapping[str, Item]) -> Iterator[Item]:
    """Yield the states that have a branch."""
    for path, _, other, _ in look.branches():
        if other.origin and branch.origin and other.origin.loc == branch.origin.loc:
            yield from (states[path],) if path in states else ()


def _of_branch(look: MachineLook, branch: Branch, item: Item, site: Site) -> Iterator[Mutant]:
    assert branch.origin is not None
    loc = branch.origin.loc
    other = _another(look, branch.dest)
    if other is not None:
        yield from _led(site, loc, item, other, Operator.TARGET)
    if isinstance(site.read((*loc, "if")), str):
        yield from condition_mutants(site, (*loc, "if"), branch.origin.scope)


def _led(site: Site, loc: Loc, item: Item, target: str, operator: Operator) -> Iterator[Mutant]:
    """Yield the mutant whose branch leads elsewhere."""
    key = next((k for k in ("to", "else") if site.read((*loc, k)) is not None), None)
    at = (*loc, key) if key else loc
    before = site.read(at)
    if isinstance(before, str) and before != target:
        yield site.mutant(operator, f"{item.said}: {before} → {target}", Edit(at, target))


def _ignored(branch: Branch, item: Item, site: Site, done: str | None) -> Iterator[Mutant]:
    """Yield the mutant that takes a result for ``done``."""
    assert branch.origin is not None
    if done is not None and done != branch.dest:
        target = done.rpartition(".")[2]
        yield from _led(site, branch.origin.loc, item, target, Operator.RESULT)


def _another(look: MachineLook, dest: str | None) -> str | None:
    """Return the outermost state after the one a branch leads to."""
    names = list(dict.fromkeys(path.partition(".")[0] for path in look.states))
    if dest is None or len(names) < 2:
        return None
    here = dest.partition(".")[0]
    return names[(names.index(here) + 1) % len(names)] if here in names else None
