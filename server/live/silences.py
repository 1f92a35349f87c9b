"""Why a rule did not fire or an action did not run; works while nothing can be written."""

from __future__ import annotations

from pathlib import Path

from interlock.server.live.beside import Beside
from interlock.server.nearness import NotFired, NotFiredQuestion, NotRunQuestion
from interlock.server.views import Explanation


class LiveSilences:
    """Answers for a node, from its store alone.

    Args:
        store: its file.
    """

    def __init__(self, store: Path) -> None:
        self._beside = Beside(store)

    async def explain_not_fired(self, question: NotFiredQuestion) -> NotFired:
        """Return why a rule had not fired."""
        return await self._beside.ask(question, NotFired)

    async def explain_not_run(self, question: NotRunQuestion) -> Explanation:
        """Return why an incident did not run an action."""
        return await self._beside.ask(question, Explanation)
