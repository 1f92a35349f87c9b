"""What one explanation reads, and how much of it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from interlock.engine.explain.reason import Note, Reason
from interlock.engine.history import History

MAX_DEPTH = 32
"""Levels of reasons followed; deeper ones are named but not opened."""

MAX_NODES = 2_000
"""About how many nodes an explanation has; what else there is to tell is named but not opened."""


class Reading:
    """The history behind one explanation.

    Args:
        history: where entries and rows are read.
        decision: the decision about an entry; empty when there is none.
    """

    def __init__(self, history: History, decision: Callable[[int], Note]) -> None:
        self.history = history
        self.decision = decision
        self._left = MAX_NODES

    def opens(self, depth: int) -> bool:
        """Return whether a node at this depth is opened; it counts as one that is."""
        self._left -= 1
        return depth < MAX_DEPTH and self._left > 0

    def counted(self, story: Iterator[Reason]) -> Iterator[Reason]:
        """Yield nodes that are told as they are, with what is below them."""
        for reason in story:
            self._left -= 1 + len(reason.children)
            yield reason

    def find(self, seq: int, topic: str, key: str, value: str) -> Note | None:
        """Return the note of a decision that has a value, or None."""
        notes = self.decision(seq).get(topic, ())
        return next((note for note in notes if note[key] == value), None)
