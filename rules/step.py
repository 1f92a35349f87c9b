"""One step of working memory: a change, all that follows from it, or as little as must follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from interlock.rules.chain import Chain
from interlock.rules.expiries import Expiring
from interlock.rules.matcher import FuelExhausted
from interlock.rules.model import Outcome
from interlock.rules.outcome import concluded, given_up
from interlock.rules.state import State
from interlock.rules.temporal.runs import Run
from interlock.rules.temporal.watches import Slot


class Step:
    """A step about to be made.

    Attributes:
        begun: what began in it and may come due: runs, windows, cooldowns, what waits for an
            exception.
    """

    def __init__(
        self, state: State, *, position: int, now: int, fuel: int, runs: Mapping[Slot, Run]
    ) -> None:
        """Prepare a step.

        Args:
            state: what is changed.
            position: its journal position.
            now: the journal's time, ms.
            fuel: most activations it may form.
            runs: runs of other rules that go on under these.
        """
        self.begun: list[Expiring] = []
        self._state = state
        self._position = position
        self._now = now
        self._fuel = fuel
        self._runs = runs

    def outcome(self, change: Callable[[Chain], None], *, evaluate: bool) -> Outcome:
        """Make the change and return what it led to; made twice when it leads too far.

        Args:
            change: what comes and goes.
            evaluate: whether to make evaluations for the second engine.
        """
        conclude = concluded
        self._state.begin()
        try:
            chain = self._chained(change, self._fuel)
        except FuelExhausted:
            self._state.undo()
            self._state.matcher.doubts.clear()
            chain, conclude = self._chained(change, fuel=0), given_up
        excepted = (one for one in chain.formed.values() if one.exception is not None)
        outcome = conclude(self._state, chain, position=self._position, evaluate=evaluate)
        self.begun = [*chain.layer.begun, *chain.marks, *excepted]
        return outcome

    def _chained(self, change: Callable[[Chain], None], fuel: int) -> Chain:
        chain = Chain(
            self._state, position=self._position, now=self._now, fuel=fuel, carried=self._runs
        )
        change(chain)
        chain.run()
        return chain
