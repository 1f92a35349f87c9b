"""Reasons as the tests read them."""

from __future__ import annotations

from collections.abc import Callable

from interlock.engine.explain import Reason
from interlock.testing import Harness

Why = Callable[[Harness, str], Reason]


def lines(reason: Reason, depth: int = 0) -> list[str]:
    """Return the tree as text, one node a line."""
    below = [line for child in reason.children for line in lines(child, depth + 1)]
    return ["  " * depth + f"{reason.kind}: {reason.title}", *below]


def nodes(reason: Reason) -> list[Reason]:
    """Return every node of the tree, the root first."""
    return [reason, *(node for child in reason.children for node in nodes(child))]


def action(service: Harness, name: str) -> str:
    """Return the newest intent of an action."""
    return [row.intent for row in service.store.actions.values() if row.action == name][-1]
