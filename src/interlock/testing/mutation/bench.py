"""Where mutants are tried one by one, each against the scenarios that come by its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from interlock.engine.bundle import Bundle, documents_of
from interlock.testing.coverage import Coverage, Meter
from interlock.testing.mutation.changing import Workshop
from interlock.testing.mutation.model import Mutant
from interlock.testing.mutation.mutants import mutants_of
from interlock.testing.scenario import Scenario, judge, play

PATIENCE: Final = 5
"""How many times as long as it took on the bundle a scenario may take on a mutant."""


_PART: Final = 4
"""How much of a place says what part of a policy it belongs to."""


class Fate(Enum):
    """What becomes of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    SAME = "same"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True, eq=False)
class _Came:
    """Where a scenario comes by."""

    scenario: Scenario
    coverage: Coverage
    actions: frozenset[str]
    steps: int

    def by(self, mutant: Mutant) -> bool:
        """Return whether it comes by the place of a mutant."""
        seen = self.coverage.seen
        if any(seen.get(item) for item in mutant.items) or mutant.actions & self.actions:
            return True
        return not mutant.items and not mutant.actions

    def notices(self, changed: Bundle) -> bool:
        """Return whether it fails on a mutant; one that goes in circles it notices soon."""
        most = PATIENCE * (self.steps + 10)
        return not judge(play(self.scenario, changed, most, strictly=True)).passed


class Bench:
    """The mutants of one bundle, and what becomes of each.

    Args:
        bundle: what is changed.
        scenarios: which ought to notice; all pass on the bundle as it is.
    """

    def __init__(self, bundle: Bundle, scenarios: Sequence[Scenario]) -> None:
        documents = documents_of(bundle.files)
        meter = Meter(bundle)
        self._workshop = Workshop(bundle, documents)
        self._placed = list(mutants_of(bundle, documents, meter.machines))
        self._came = [_came(meter, one) for one in scenarios]
        self._came.sort(key=lambda one: one.steps)  # the shortest may spare the others
        self._noticed: dict[object, _Came] = {}

    @property
    def mutants(self) -> list[Mutant]:
        """All of them, in the order of their numbers."""
        return [mutant for _, mutant in self._placed]

    def fate(self, number: int) -> tuple[Fate, int]:
        """Return what becomes of a mutant, and how many scenarios come by."""
        changed = self._changed(number)
        if isinstance(changed, Fate):
            return changed, 0
        mutant = self._placed[number][1]
        near = [one for one in self._came if one.by(mutant)]
        # What has noticed a change of a part is likely to notice the next one of it.
        part = mutant.path, mutant.edit.loc[:_PART]
        last = self._noticed.get(part)
        first = [last] if last is not None and last in near else []
        for one in (*first, *(other for other in near if other is not last)):
            if one.notices(changed):
                self._noticed[part] = one
                return Fate.KILLED, len(near)
        return Fate.SURVIVED, len(near)

    def is_same(self, number: int) -> bool:
        """Return whether a mutant certainly decides as the bundle does."""
        return self._changed(number) is Fate.SAME

    def is_noticed(self, number: int) -> bool:
        """Return whether any scenario at all notices a mutant, whatever it was taken for."""
        changed = self._workshop.changed(self._placed[number][0], self.mutants[number].edit)
        return changed is not None and any(one.notices(changed) for one in self._came)

    def _changed(self, number: int) -> Bundle | Fate:
        """Return the bundle that a mutant makes; its fate where it need not be tried."""
        document, mutant = self._placed[number]
        changed = self._workshop.changed(document, mutant.edit)
        if changed is None:
            return Fate.UNFIT
        return Fate.SAME if mutant.is_same or self._workshop.is_same(changed) else changed


def _came(meter: Meter, scenario: Scenario) -> _Came:
    played, coverage = meter.play(scenario)
    wanted = frozenset(deed.action for deed in played.recording.deeds.values())
    return _Came(scenario, coverage, wanted, played.steps)
