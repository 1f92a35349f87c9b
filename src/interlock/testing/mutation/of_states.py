"""The small changes of states: timers, waits, questions, and how often an action is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.language import Loc
from interlock.language.expression import Scope
from interlock.machines.forked import BROKE, SUCCEEDED
from interlock.testing.coverage import Item
from interlock.testing.coverage.branches import MachineLook
from interlock.testing.mutation.conditions import condition_mutants
from interlock.testing.mutation.model import Edit, Mutant, Site
from interlock.testing.mutation.operators import Operator
from interlock.testing.mutation.steps import around


def state_mutants(look: MachineLook, elements: Mapping[str, Scope]) -> Iterator[Mutant]:
    """Yield every small change of the states of a machine, compounds among them.

    Args:
        look: the machine.
        elements: what may be read of each signal and fact.
    """
    near = frozenset(look.states.values())
    promise = (*look.root, "sla", "resolve_within")
    yield from Site(look.document, near).stepped(Operator.TIMER, promise)
    yield from _within(look, look.root, "", elements)


def _within(
    look: MachineLook, loc: Loc, path: str, elements: Mapping[str, Scope]
) -> Iterator[Mutant]:
    """Yield the mutants of the states in a scope."""
    states = Site(look.document).read((*loc, "states"))
    for name in states if isinstance(states, Mapping) else ():
        at, inner = (*loc, "states", name), f"{path}.{name}" if path else name
        site = Site(look.document, frozenset(_leaves(look, inner)))
        yield from _of_timers(site, at)
        yield from _of_wait(site, (*at, "wait"), look, elements)
        yield from _of_question(site, (*at, "approve"))
        yield from _of_retry(site, (*at, "retry"))
        if look.machine.forked is not None:
            yield from _of_end(site, (*at, "final"))
        yield from _within(look, at, inner, elements)


def _leaves(look: MachineLook, path: str) -> Iterator[Item]:
    """Yield a state, or those within a compound."""
    for leaf, item in look.states.items():
        if leaf == path or leaf.startswith(f"{path}."):
            yield item


def _of_timers(site: Site, loc: Loc) -> Iterator[Mutant]:
    yield from site.stepped(Operator.TIMER, (*loc, "sla", "resolve_within"))
    after = site.read((*loc, "after"))
    for written in after if isinstance(after, Mapping) else ():
        for other in around(written):
            edit = Edit((*loc, "after", written), key=other)
            yield site.mutant(Operator.TIMER, f"after: {written} → {other}", edit)


def _of_wait(
    site: Site, loc: Loc, look: MachineLook, elements: Mapping[str, Scope]
) -> Iterator[Mutant]:
    yield from site.stepped(Operator.TIMER, (*loc, "hold"))
    named = site.read((*loc, "signal")) or site.read((*loc, "fact"))
    known = elements.get(str(named))
    context = {"ctx": look.machine.context}
    scope = None if known is None else Scope(known.fields, context, parameters=known.parameters)
    if isinstance(site.read((*loc, "where")), str):
        yield from condition_mutants(site, (*loc, "where"), scope)
    for number, _ in enumerate(site.listed((*loc, "where"))):
        yield from condition_mutants(site, (*loc, "where", number), scope)
    yield from site.without(Operator.CONJUNCT, (*loc, "where"), least=1)


def _of_question(site: Site, loc: Loc) -> Iterator[Mutant]:
    if site.read(loc) is None:
        return
    yield from site.stepped(Operator.QUESTION, (*loc, "expires"))
    quorum = site.read((*loc, "quorum"))
    if quorum is None:
        yield site.mutant(Operator.QUESTION, "quorum: 1 → 2", Edit((*loc, "quorum"), 2))
    yield from site.stepped(Operator.QUESTION, (*loc, "quorum"), least=1)
    yield from site.without(Operator.QUESTION, (*loc, "not"))


def _of_end(site: Site, loc: Loc) -> Iterator[Mutant]:
    """Yield the mutant of how a branch of a parallel state ends."""
    end = site.read(loc)
    for other in {SUCCEEDED: [BROKE], BROKE: [SUCCEEDED]}.get(str(end), []):
        yield site.mutant(Operator.RESULT, f"final: {end} → {other}", Edit(loc, other))


def _of_retry(site: Site, loc: Loc) -> Iterator[Mutant]:
    yield from site.stepped(Operator.RETRY, (*loc, "attempts"), least=1)
    yield from site.paced(Operator.RETRY, (*loc, "backoff"))
    if len(on := site.listed((*loc, "on"))) == 1:  # nothing written would be the default
        yield site.mutant(Operator.RETRY, f"on: {on[0]} dropped", Edit((*loc, "on"), []))
    yield from site.without(Operator.RETRY, (*loc, "on"), least=1)
