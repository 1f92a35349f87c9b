"""What a run heard of an ``absent``: whether some value was missed, and one heard in time.

Asked anew of the run's signals, without the fold; what follows from a silence is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interlock.engine.fold.decide import LISTEN_MS
from interlock.language import Document, Loc
from interlock.language.expression import Evaluate
from interlock.rules.temporal.watches import Absence, Slot
from interlock.testing.coverage.elements import Lived
from interlock.testing.coverage.model import FALSE, HEARD, SILENT, TRUE, Item, Seen, Sort


@dataclass(frozen=True, slots=True)
class Listened:
    """One absence where it is written, with its conjuncts as items and functions."""

    item: Item
    loc: Loc
    absence: Absence
    tests: tuple[tuple[Item, Evaluate], ...]

    @classmethod
    def of(
        cls,
        document: Document,
        loc: Loc,
        absence: Absence,
        tests: tuple[tuple[Item, Evaluate], ...],
    ) -> Listened:
        """Return an absence that is written somewhere."""
        said = f"absent {absence.subject}"
        item = Item(Sort.ABSENCE, document.path, document.span(loc), said, (SILENT, HEARD))
        return cls(item, loc, absence, tests)

    def listen(self, elements: Iterable[Lived], begin: int, end: int, seen: Seen) -> None:
        """Look at every signal of a run from its beginning to its end, ms."""
        wanted = set(self.absence.slots())
        heard: dict[Slot, list[int]] = {slot: [begin] for slot in wanted}
        for one in elements:
            slot = self._slot(one)
            if slot in wanted and self._holds(one, seen):
                heard[slot].append(one.at)
        not_before = begin + max(LISTEN_MS, self.absence.after_start_ms)
        for times in heard.values():
            for since, until in zip(times, [*times[1:], end], strict=True):
                if until >= max(since + self.absence.lasts_ms, not_before):
                    seen[self.item].add(SILENT)
                elif until != end:
                    seen[self.item].add(HEARD)

    def _slot(self, one: Lived) -> Slot | None:
        if one.type != self.absence.subject:
            return None
        return self.absence.name, tuple([one.row[name] for name in self.absence.key])

    def _holds(self, one: Lived, seen: Seen) -> bool:
        """Look at the conjuncts in order; what cannot be decided is heard."""
        for item, test in self.tests:
            verdict = test(one.row, {})
            if isinstance(verdict, bool):
                seen[item].add(TRUE if verdict else FALSE)
            if verdict is False:
                return False
        return True
