"""What the second engine is asked: the joins one new element completed, and what it may use.

The elements offered are found without the joins that are to be checked: through the field all
patterns of a rule are linked by, where there is one, else all that pass the rule's alphas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from interlock.rules.activation import JoinKey, join_key
from interlock.rules.elements import Element
from interlock.rules.matcher import FuelExhausted
from interlock.rules.model import Evaluation, Match
from interlock.rules.network import Rule
from interlock.rules.state import State

MAX_OFFERED = 512
"""Most elements the second engine is offered at once."""

Found: TypeAlias = Mapping[JoinKey, tuple[Rule, tuple[Element, ...]]]


def evaluations(
    state: State, entered: Mapping[str, Element], found: Found | None, position: int
) -> tuple[Evaluation, ...]:
    """Return an evaluation for each new element and each pack it can complete a rule of.

    Args:
        state: memory at the end of the step.
        entered: the elements that are new in this step and still there, by id.
        found: every join with a new element, forbidden or not; those with an element that has
            gone again are left out.  None: there are too many to find.
        position: the journal position of the step.
    """
    matches = _by_focus(state, entered, found or {})
    return tuple(
        Evaluation(position, pack, (), focus.id, (), too_large=True)
        if found is None
        else _evaluation(state, focus, pack, matches.get((focus.id, pack), []), position)
        for focus in sorted(entered.values(), key=_order)
        for pack in sorted(_packs(state, focus))
    )


def joins(state: State, focuses: Iterable[Element], *, visits: int) -> Found | None:
    """Return every join that contains one of these elements.

    Args:
        state: memory.
        focuses: elements in it.
        visits: how many candidates may be looked at.

    Returns:
        The joins by key, or None when more candidates would have to be looked at.
    """
    state.matcher.visits = visits
    try:
        return {
            join_key(plan.rule, elements): (plan.rule, elements)
            for focus in focuses
            for alpha in focus.alphas
            for plan in alpha.plans
            for elements in state.matcher.matches(plan, focus)
        }
    except FuelExhausted:
        return None
    finally:
        state.matcher.doubts.clear()


def _by_focus(
    state: State, entered: Mapping[str, Element], found: Found
) -> dict[tuple[str, str], list[Match]]:
    """Return the joins of live elements by each new element in them and their rule's pack."""
    matches: dict[tuple[str, str], list[Match]] = {}
    for key, (rule, elements) in found.items():
        if all(state.elements.get(e.id) is e for e in elements):
            pack = state.rulebase.pack_of[rule.name]
            match = (rule.name, key[1:])
            for element_id in key[1:]:
                if element_id in entered:
                    matches.setdefault((element_id, pack), []).append(match)
    return matches


def _packs(state: State, focus: Element) -> set[str]:
    return {pack for alpha in focus.alphas for pack in state.rulebase.offers[alpha.number]}


def _evaluation(
    state: State, focus: Element, pack: str, matches: list[Match], position: int
) -> Evaluation:
    offered = {focus.id: focus}
    for alpha in focus.alphas:
        for offer in state.rulebase.offers[alpha.number].get(pack, ()):
            key = focus.row[offer.focus_field] if offer.focus_field else ()
            found = state.matcher.memories[offer.alpha].find(offer.index, key)
            offered |= {e.id: e for e in found} if len(found) <= MAX_OFFERED else {}
            if len(found) > MAX_OFFERED or len(offered) > MAX_OFFERED:
                return Evaluation(position, pack, (), focus.id, (), too_large=True)
    rows = tuple(e.offered() for e in sorted(offered.values(), key=_order))
    return Evaluation(position, pack, rows, focus.id, tuple(sorted(matches)))


def _order(element: Element) -> tuple[int, int]:
    return element.order
