"""What is being watched: a run of passing samples, and when it will have lasted long enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from interlock.rules.elements import Element
from interlock.rules.temporal.derived import Derived
from interlock.rules.temporal.watches import Hold, Slot


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """Elements of one key that passed without a break.

    Attributes:
        hold: the watch.
        element: the latest of them.
        since: when the first of them was received, ms.
        due: when the run has lasted long enough, ms.
        held: what stands for it since then.
    """

    hold: Hold
    element: Element
    since: int
    due: int
    held: Derived | None = None

    @property
    def slot(self) -> Slot:
        """Which run it is."""
        return self.hold.slot(self.element)

    @property
    def turn(self) -> tuple[int, tuple[int, int], str]:
        """Which of several runs comes first, told by what they are and not by how they came."""
        return self.due, self.element.order, self.hold.name

    @property
    def expiry(self) -> int | None:
        """When time alone will change something, ms."""
        return None if self.held else self.due


class Runs:
    """The runs of one partition; each change notes how to take it back."""

    def __init__(self, note: Callable[[Callable[[], None]], None]) -> None:
        """Begin with none.

        Args:
            note: takes what undoes a change.
        """
        self._of: dict[Slot, Run] = {}
        self._note = note

    def __iter__(self) -> Iterator[Run]:
        return iter(self._of.values())

    def of(self, slot: Slot) -> Run | None:
        """Return the run in a slot."""
        return self._of.get(slot)

    def put(self, run: Run) -> None:
        """Let a run take the place of the one in its slot."""
        slot = run.slot
        self._note(partial(self._set, slot, self._of.get(slot)))
        self._of[slot] = run

    def end(self, run: Run) -> None:
        """Forget a run."""
        self._note(partial(self._set, run.slot, run))
        del self._of[run.slot]

    def put_off(self, now: int, until: int) -> list[Run]:
        """Let what is due by ``now`` be due at ``until``, and return it; times in ms."""
        late = [replace(run, due=until) for run in self if run.held is None and run.due <= now]
        for run in late:
            self.put(run)
        return late

    def _set(self, slot: Slot, run: Run | None) -> None:
        if run is None:
            del self._of[slot]
        else:
            self._of[slot] = run
