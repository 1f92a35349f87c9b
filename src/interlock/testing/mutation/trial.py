"""Tries all mutants of a bundle, in one process or several, and counts what became of them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass

from interlock.engine.bundle import Bundle
from interlock.testing.mutation.bench import Bench, Fate
from interlock.testing.mutation.model import Mutant
from interlock.testing.mutation.operators import Operator
from interlock.testing.scenario import Scenario

FEWEST = 40
"""Mutants of which fewer are not worth a further process."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no scenario noticed.

    Attributes:
        mutant: which.
        tried: how many scenarios came by; none: nobody goes there.
    """

    mutant: Mutant
    tried: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the mutants of a bundle.

    Attributes:
        killed: those that some scenario noticed.
        survivors: the others, by place.
        same: how many certainly decide as the bundle does; they count for nothing.
        unfit: how many are no sound bundle; they count for nothing, either.
    """

    killed: tuple[Mutant, ...]
    survivors: tuple[Survivor, ...]
    same: int
    unfit: int

    @property
    def count(self) -> int:
        """How many were tried."""
        return len(self.killed) + len(self.survivors)

    @property
    def percent(self) -> int:
        """The share that was noticed, rounded down; 100 when there are none."""
        return len(self.killed) * 100 // self.count if self.count else 100

    def by_operator(self) -> dict[Operator, tuple[int, int]]:
        """Return, for each operator that made some, how many were noticed and how many tried."""
        killed = [one.operator for one in self.killed]
        tried = killed + [one.mutant.operator for one in self.survivors]
        return {one: (killed.count(one), tried.count(one)) for one in Operator if one in tried}


def try_mutants(bundle: Bundle, scenarios: Sequence[Scenario], processes: int = 1) -> Trial:
    """Try every mutant of a bundle.

    Args:
        bundle: what is changed.
        scenarios: which ought to notice; all pass on the bundle as it is.
        processes: how many may work at once; what comes of it is the same.
    """
    bench = Bench(bundle, scenarios)
    mutants = bench.mutants
    fates = _fates(bench, len(mutants), min(processes, len(mutants) // FEWEST))
    killed, survivors = list[Mutant](), list[Survivor]()
    for mutant, (fate, tried) in zip(mutants, fates, strict=True):
        if fate is Fate.KILLED:
            killed.append(mutant)
        elif fate is Fate.SURVIVED:
            survivors.append(Survivor(mutant, tried))
    survivors.sort(key=lambda one: (one.mutant.path, one.mutant.span, one.mutant.change))
    counts = [sum(one is fate for one, _ in fates) for fate in (Fate.SAME, Fate.UNFIT)]
    return Trial(tuple(killed), tuple(survivors), *counts)


def _fates(bench: Bench, count: int, processes: int) -> list[tuple[Fate, int]]:
    """Return what becomes of each mutant, by number."""
    if processes < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return [bench.fate(number) for number in range(count)]
    # A forked child has the bench as it stands; compiled functions cannot be sent to one.
    context = multiprocessing.get_context("fork")
    with context.Pool(processes, _Child.begin, (bench,)) as pool:
        return pool.map(_Child.fate, range(count), chunksize=8)


class _Child:
    """What a forked process works at."""

    bench: Bench

    @classmethod
    def begin(cls, bench: Bench) -> None:
        """Take over the bench."""
        cls.bench = bench

    @classmethod
    def fate(cls, number: int) -> tuple[Fate, int]:
        """Return what becomes of a mutant."""
        return cls.bench.fate(number)
