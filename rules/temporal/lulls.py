"""What is listened for: since when each listed value has not been heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from interlock.language.values import Value
from interlock.rules.elements import Element
from interlock.rules.temporal.derived import Derived
from interlock.rules.temporal.watches import Absence, Slot

Heard: TypeAlias = tuple[str, str, int]
"""Id, name and position of a signal."""


@dataclass(eq=False, slots=True)
class Lull:
    """One listed value of an absence: a lull while it is not heard.

    Only ``since`` and ``last`` change in place, so that a signal heard every second costs no
    new expiry.

    Attributes:
        absence: the watch.
        values: what is listened for, in the order of the watch's key.
        since: when it was last heard, or somebody began to listen for it, ms.
        not_before: until when nothing is missed, ms.
        last: the signal last heard; None: none yet.
        held: what stands for the lull since it has lasted long enough.
    """

    absence: Absence
    values: tuple[Value, ...]
    since: int
    not_before: int
    last: Heard | None = None
    held: Derived | None = None

    @property
    def slot(self) -> Slot:
        """Which lull it is."""
        return self.absence.name, self.values

    @property
    def due(self) -> int:
        """When it has lasted long enough, ms."""
        return max(self.since + self.absence.lasts_ms, self.not_before)

    @property
    def expiry(self) -> int | None:
        """When time alone will change something, ms."""
        return None if self.held is not None else self.due

    @property
    def turn(self) -> tuple[int, str]:
        """Which of several lulls comes first, told by what they are and not by how they came."""
        return self.due, repr(self.slot)


class Lulls:
    """The lulls of one partition; each change notes how to take it back."""

    def __init__(self, note: Callable[[Callable[[], None]], None]) -> None:
        """Begin with none.

        Args:
            note: takes what undoes a change.
        """
        self._of: dict[Slot, Lull] = {}
        self._note = note

    def __iter__(self) -> Iterator[Lull]:
        return iter(self._of.values())

    def of(self, slot: Slot) -> Lull | None:
        """Return what is known of a slot; None: nobody listens for it."""
        return self._of.get(slot)

    def put(self, lull: Lull) -> None:
        """Let a lull take the place of the one in its slot."""
        self._note(partial(self._set, lull.slot, self._of.get(lull.slot)))
        self._set(lull.slot, lull)

    def hear(self, lull: Lull, element: Element, now: int) -> None:
        """Let an open lull begin anew with a signal."""
        self._note(partial(self._begin, lull, lull.since, lull.last))
        self._begin(lull, now, (element.id, element.type, element.position))

    def put_off(self, now: int, until: int, *, all_: bool) -> list[Lull]:
        """Let nothing be missed yet, as nobody listened, and return the lulls concerned.

        Args:
            now: when somebody listens again, ms.
            until: until when at least nothing is missed, ms.
            all_: whether nobody listened for any; otherwise only what is due is put off.
        """
        late = [lull for lull in self if lull.held is None and (all_ or lull.due <= now)]
        found = []
        for lull in late:
            heard_by = max(until, now + lull.absence.after_start_ms)
            found.append(replace(lull, not_before=max(lull.not_before, heard_by)))
            self.put(found[-1])
        return found

    def _begin(self, lull: Lull, since: int, last: Heard | None) -> None:
        lull.since, lull.last = since, last

    def _set(self, slot: Slot, lull: Lull | None) -> None:
        if lull is None:
            self._of.pop(slot, None)
        else:
            self._of[slot] = lull
