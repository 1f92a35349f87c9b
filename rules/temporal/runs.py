"""What is being watched: a run of passing samples, and when it will have lasted long enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import TypeAlias

from interlock.language.values import Value
from interlock.rules.elements import Element
from interlock.rules.multimap import Multimap
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
        answered: what must not come in time has come.
    """

    hold: Hold
    element: Element
    since: int
    due: int
    held: Derived | None = None
    answered: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may still come due."""
        return self.held is None and not self.answered

    @property
    def is_put_off(self) -> bool:
        """Whether it was due while nobody was there, and waits for what comes late."""
        return self.due > self.since + self.hold.lasts_ms

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
        return self.due if self.is_open else None


_Waiting: TypeAlias = tuple[str, int, tuple[Value, ...]]
"""A watch, one of its answers, and the values an element must have to be it."""


class Runs:
    """The runs of one partition; each change notes how to take it back."""

    def __init__(self, note: Callable[[Callable[[], None]], None]) -> None:
        """Begin with none.

        Args:
            note: takes what undoes a change.
        """
        self._of: dict[Slot, Run] = {}
        self._waiting = Multimap[_Waiting, Run](attrgetter("slot"))
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
        self._set(slot, run)

    def end(self, run: Run) -> None:
        """Forget a run."""
        self._note(partial(self._set, run.slot, run))
        self._set(run.slot, None)

    def answered_by(self, hold: Hold, number: int, element: Element) -> list[Run]:
        """Return the open runs that an element answers."""
        answer = hold.answers[number]
        key = tuple([element.row[name] for name in answer.index])
        waiting = self._waiting.of((hold.name, number, key))
        others = [run for run in waiting if run.element is not element]
        return [run for run in others if answer.forbids(element, run.element)]

    def put_off(self, now: int, until: int) -> list[Run]:
        """Let what is due by ``now`` be due at ``until``, and return it; times in ms."""
        late = [replace(run, due=until) for run in self if run.is_open and run.due <= now]
        for run in late:
            self.put(run)
        return late

    def _set(self, slot: Slot, run: Run | None) -> None:
        old = self._of.pop(slot, None)
        if old is not None:
            for key in _waits(old):
                self._waiting.remove(key, old)
        if run is not None:
            self._of[slot] = run
            for key in _waits(run):
                self._waiting.add(key, run)


def _waits(run: Run) -> Iterator[_Waiting]:
    """Yield for each answer a run waits for what an element must have to be it."""
    for number, answer in enumerate(run.hold.answers if run.is_open else ()):
        row = run.element.row
        yield run.hold.name, number, tuple([row[join.other] for join in answer.equalities])
