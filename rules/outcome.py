"""What a finished chain changed, as the engine sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from interlock.errors import InvariantBroken
from interlock.rules.activation import OPERATOR, Activation, Claim, FactKey, Order
from interlock.rules.chain import Chain
from interlock.rules.elements import Element, order_of
from interlock.rules.evaluation import evaluations, joins
from interlock.rules.exclusive import release_groups, settle_groups
from interlock.rules.fill import effect, fill, reason
from interlock.rules.model import (
    NOTHING,
    Advise,
    Conflict,
    Consequence,
    FactChange,
    Firing,
    Outcome,
    UnknownTest,
)
from interlock.rules.state import State, supports
from interlock.rules.suppressed import held_back, mark, refs

VISITS = 100_000
"""Most candidates looked at for the evaluations of a step that gave up."""

MAX_UNKNOWNS = 16
"""Most undecided tests one outcome reports."""


def concluded(state: State, chain: Chain, *, position: int, evaluate: bool) -> Outcome:
    """Settle who has effect, and return what changed in a chain that ended.

    Args:
        state: the state the chain worked on.
        chain: a chain that has run.
        position: the journal position of the step.
        evaluate: whether to make evaluations for the second engine.
    """
    formed, gone = chain.formed.values(), chain.withdrawn.values()
    conflicts, risen = settle_groups(state, [*formed, *gone])
    arisen = [a for a in formed if a.incident is None and not a.is_held] + risen
    chain.marks = mark(state, arisen, chain.turns.continuing, chain.now)
    came, went = _facts(state, chain)
    outcome = Outcome(
        firings=_firings(chain, arisen, gone),
        withdrawn=_withdrawn(gone),
        facts_asserted=came,
        facts_retracted=went,
        conflicts=tuple(sorted([*conflicts, *_fact_conflicts(state, chain.before)], key=_place)),
        unknowns=bounded(chain.unknowns),
        evaluations=evaluations(state, chain.entered, chain.found, position) if evaluate else (),
        suppressed=held_back(state, chain.formed, chain.turns.lost),
    )
    return NOTHING if outcome == NOTHING else outcome


def given_up(state: State, chain: Chain, *, position: int, evaluate: bool) -> Outcome:
    """Return what changed when the chain did not end and only withdrew what had to go."""
    gone = chain.withdrawn.values()
    release_groups(state, gone)
    came, went = _facts(state, chain)
    found = joins(state, chain.entered.values(), visits=VISITS) if evaluate else {}
    return Outcome(
        withdrawn=_withdrawn(gone),
        facts_asserted=came,
        facts_retracted=went,
        unknowns=bounded(chain.unknowns),
        evaluations=evaluations(state, chain.entered, found, position) if evaluate else (),
        fuel_exhausted=True,
    )


def standing_facts(state: State) -> tuple[FactChange, ...]:
    """Return every fact with its supports, in the order they came."""
    facts = sorted(state.facts.items(), key=lambda item: item[1].order)
    return tuple(_change(fact, supports(state, key)) for key, fact in facts)


def firings_in_force(state: State) -> tuple[Firing, ...]:
    """Return every firing that has effect, in agenda order."""
    held = [activation for activation in state.activations.values() if activation.effective]
    return tuple(firing(a, consequences_of(a)) for a in sorted(held, key=_agenda))


def bounded(unknowns: Iterable[UnknownTest]) -> tuple[UnknownTest, ...]:
    """Return the first undecided tests in order."""
    return tuple(sorted(unknowns)[:MAX_UNKNOWNS])


def _withdrawn(gone: Iterable[Activation]) -> tuple[str, ...]:
    return tuple(sorted(a.id for a in gone if a.effective))


def _firings(
    chain: Chain, arisen: Iterable[Activation], gone: Iterable[Activation]
) -> tuple[Firing, ...]:
    """Pair each new firing with a withdrawn one of the same rule and effect, in agenda order.

    One that goes on with another's turn tells people nothing again.
    """
    agenda = [(a, _consequences(chain, a)) for a in sorted(arisen, key=_agenda)]
    continuing = chain.turns.continuing
    gone = [old for old in gone if old.id not in continuing.values()]
    rules = {activation.rule.id for activation, _ in agenda}
    heirs: dict[tuple[object, ...], list[str]] = {}
    for old in sorted(gone, key=_agenda, reverse=True):
        if old.effective and old.rule.id in rules:
            heirs.setdefault((old.rule.id, effect(_consequences(chain, old))), []).append(old.id)
    firings = []
    for new, consequences in agenda:
        if new.key in continuing:
            going_on = tuple(one for one in consequences if not isinstance(one, Advise))
            firings.append(firing(new, going_on, continuing[new.key]))
            continue
        left = heirs.get((new.rule.id, effect(consequences)))
        firings.append(firing(new, consequences, left.pop() if left else None))
    return tuple(firings)


def _consequences(chain: Chain, activation: Activation) -> tuple[Consequence, ...]:
    known = chain.consequences.get(activation.key)
    return consequences_of(activation) if known is None else known


def consequences_of(activation: Activation) -> tuple[Consequence, ...]:
    """Fill in again what follows from an activation.

    Raises:
        InvariantBroken: what could be decided when it formed cannot be now.
    """
    filled = fill(activation.rule, activation.elements, activation.now)
    if isinstance(filled, UnknownTest):
        raise InvariantBroken(f"firing {activation.id} of {activation.rule.id} fills differently")
    return filled


def firing(
    activation: Activation, consequences: tuple[Consequence, ...], supersedes: str | None = None
) -> Firing:
    """Return an activation as the engine sees it."""
    rule, elements = activation.rule, activation.elements
    return Firing(
        id=activation.id,
        rule=rule.id,
        elements=refs(rule, elements),
        consequences=consequences,
        why=reason(rule, elements, activation.now),
        shadow=rule.shadow,
        formed_at=max(e.position for e in elements),
        supersedes=supersedes,
        branch=rule.branch,
    )


def _agenda(activation: Activation) -> Order:
    return activation.agenda_order


def _facts(state: State, chain: Chain) -> tuple[tuple[FactChange, ...], tuple[FactChange, ...]]:
    came: list[FactChange] = []
    went: list[tuple[FactKey, Element]] = []
    for key, old in chain.before.items():
        new = state.facts.get(key)
        if new is not old:
            if new is not None:
                came.append(_change(new, supports(state, key)))
            if old is not None:
                went.append((key, old))
    return tuple(sorted(came, key=_order)), tuple(
        sorted(_retracted(state, chain, went), key=_order)
    )


def _retracted(
    state: State, chain: Chain, went: list[tuple[FactKey, Element]]
) -> Iterator[FactChange]:
    """Yield the facts that went, with those who claimed them before the step."""
    gone: dict[FactKey, list[Claim]] = {}
    for activation in chain.withdrawn.values() if went else ():
        for key, claim in activation.claims:
            gone.setdefault(key, []).append(claim)
    for lapsed in chain.lapsed:
        gone.setdefault(lapsed.key, []).append(lapsed.claim)
    new = {activation.id for activation in chain.formed.values()}
    if chain.stood:
        new.add(OPERATOR)
    for key, old in went:
        stayed = [claim for claim in state.claims.of(key) if claim.source not in new]
        before = {c.source for c in [*stayed, *gone.get(key, [])] if c.fields == old.fields}
        yield _change(old, tuple(sorted(before)))


def _change(fact: Element, supported_by: tuple[str, ...]) -> FactChange:
    return FactChange(fact.id, fact.type, fact.key, fact.fields, supported_by)


def _order(change: FactChange) -> tuple[int, int]:
    return order_of(change.id)


def _fact_conflicts(state: State, touched: Iterable[FactKey]) -> Iterator[Conflict]:
    for key in touched:
        losers = state.dissent.get(key)
        if losers:
            losing = {c.rule.id for c in state.claims.of(key) if c.rule and c.source in losers}
            yield Conflict(
                kind="fact",
                group=key[0],
                key=key[1],
                winners=supports(state, key),
                losers=tuple(sorted(losers)),
                losing_rules=tuple(sorted(losing)),
            )


def _place(conflict: Conflict) -> tuple[str, str, str]:
    return conflict.kind, conflict.group, repr(conflict.key)
