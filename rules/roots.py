"""What a fact rests on in the end: signals, their absence, and what people have said."""

from __future__ import annotations

from interlock.rules.elements import Element
from interlock.rules.model import Root
from interlock.rules.state import State, supporting
from interlock.rules.temporal.derived import Derived


def roots(state: State, element_id: str, now: int) -> tuple[Root, ...]:
    """Return the signals an element rests on, itself when it is one, by position.

    A fact that a person set is its own root, and so is what stands for an absence, which is known
    at every moment.  Empty when the element is gone.

    Args:
        state: the state.
        element_id: the element's.
        now: the moment at which it is asked, ms.
    """
    found: dict[str, Root] = {}
    seen: set[str] = set()
    waiting = [state.elements.get(element_id)]
    while waiting:
        element = waiting.pop()
        if element is None or element.id in seen:
            continue
        seen.add(element.id)
        key = (element.type, element.key)
        if isinstance(element, Derived) and element.basis.word == "absent":
            subject = state.rulebase.watches[element.type].subject
            found[element.id] = Root(element.id, subject, element.position, now)
        elif isinstance(element, Derived):
            waiting += element.sources or state.tallies.behind(element)
        elif element.is_signal or key in state.standing:
            found[element.id] = _root(element)
        else:
            waiting += [e for claim in supporting(state, key) for e in claim.elements]
    return tuple(sorted(found.values(), key=lambda root: (root.position, root.id)))


def _root(element: Element) -> Root:
    return Root(element.id, element.type, element.position, element.said_at)
