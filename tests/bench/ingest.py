"""Durable decided signals a second: the whole way from the wire to the decision on disk.

Counted from the first sending until the cursor on disk says that the last signal has been
decided about; the floor has done its all when it has acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bench.lab import Figure, Lab, Sample, figure_of

BATCHES = (1, 10, 100, 1_000)

Turn = Sequence[Sample]
"""One sample of each subject, taken one right after the other."""


def by_batch(lab: Lab) -> Iterator[Figure]:
    """Yield the rate at every batch size against the floor's."""
    for batch in BATCHES:
        lab.say(f"ingest in batches of {batch}")
        subjects = (lab.floor, lab.service)
        turns = [lab.turn(n, subjects, batch, 1.5) for n in lab.turns(30.0, least=5)]
        yield from _against_floor(batch, turns)


def by_rules(lab: Lab) -> Iterator[Figure]:
    """Yield what 1,000 rules do to the rate of 100; quickly, with the main figures at batch 100."""
    seconds = 0.5 if lab.quick else 2.0
    subjects = (lab.floor, lab.service, lab.large_service)
    for subject in subjects:
        lab.client.load(subject, 100, 0.3)
    lab.say("ingest in batches of 100: floor, 100 rules, 1,000 rules")
    limit = 11.0 if lab.quick else 60.0
    turns = [lab.turn(n, subjects, 100, seconds) for n in lab.turns(limit, least=3)]
    if lab.quick:
        yield from _against_floor(100, turns)
    yield figure_of("rules_1000_vs_100", [(large.rate, small.rate) for _, small, large in turns])
    cpu = [(large.cpu_us, small.cpu_us) for _, small, large in turns]
    yield figure_of("rules_1000_vs_100_cpu_us", cpu)


def _against_floor(batch: int, turns: Sequence[Turn]) -> Iterator[Figure]:
    pairs = [(turn[1], turn[0]) for turn in turns]
    rates = [(service.rate, floor.rate) for service, floor in pairs]
    yield figure_of(f"ingest_decided_batch_{batch}", rates)
    cpu = [(service.cpu_us, floor.cpu_us) for service, floor in pairs]
    yield figure_of(f"ingest_cpu_us_batch_{batch}", cpu)
    other = [(service.other_us, None) for service, _ in pairs]
    yield figure_of(f"crosscheck_cpu_us_batch_{batch}", other)
