"""Who is asked why, and remembers the decisions read."""

from __future__ import annotations

from functools import lru_cache

from interlock.engine.explain.reading import Reading
from interlock.engine.explain.reason import Note, Reason
from interlock.engine.explain.telling import Telling
from interlock.engine.history import History


class Explainer:
    """Answers from the journal alone.

    Args:
        history: where entries and rows are read.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._decision = lru_cache(maxsize=1_024)(self._read_decision)

    def explain(self, subject: str) -> Reason:
        """Return the reasons behind an incident or an action.

        Raises:
            NotFound: neither an incident nor an action has that id.
        """
        return Telling(Reading(self._history, self._decision)).of(subject)

    def _read_decision(self, seq: int) -> Note:
        return next(iter(self._history.decisions(seq, seq)), {})
