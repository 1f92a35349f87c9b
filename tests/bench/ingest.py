"""Durable decided signals a second: the whole way from the wire to the decision on disk.

Counted from the first sending until the cursor on disk says that the last signal has been
decided about; the floor has done its all when it has acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.lab import Figure, Lab, Sample, median

BATCHES = (1, 10, 100, 1_000)


def by_batch(lab: Lab) -> Iterator[Figure]:
    """Yield the rate at every batch size against the floor's."""
    for batch in BATCHES:
        lab.say(f"ingest in batches of {batch}")
        floor, service = [], []
        for _ in lab.turns(20.0, least=5):
            floor.append(lab.sample(lab.floor, batch, 1.5))
            service.append(lab.sample(lab.service, batch, 1.5))
        yield from _figures(batch, service, floor)


def by_rules(lab: Lab) -> Iterator[Figure]:
    """Yield what 1,000 rules do to the rate of 100; with it the main figures at batch 100."""
    floor: list[Sample] = []
    small: list[Sample] = []
    large: list[Sample] = []
    seconds = 0.8 if lab.quick else 2.0
    subjects = ((lab.floor, floor), (lab.service, small), (lab.large_service, large))
    lab.say("ingest in batches of 100: floor, 100 rules, 1,000 rules")
    for _ in lab.turns(13.0 if lab.quick else 45.0):
        for subject, samples in subjects:
            samples.append(lab.sample(subject, 100, seconds))
    if lab.quick:
        yield from _figures(100, small, floor)
    yield Figure("rules_1000_vs_100", median(large, _rate), median(small, _rate))
    yield Figure("rules_1000_vs_100_cpu_us", median(large, _cpu), median(small, _cpu))


def _figures(batch: int, service: list[Sample], floor: list[Sample]) -> Iterator[Figure]:
    yield Figure(f"ingest_decided_batch_{batch}", median(service, _rate), median(floor, _rate))
    yield Figure(f"ingest_cpu_us_batch_{batch}", median(service, _cpu), median(floor, _cpu))
    yield Figure(f"crosscheck_cpu_us_batch_{batch}", median(service, _other))


def _rate(sample: Sample) -> float:
    return sample.rate


def _cpu(sample: Sample) -> float:
    return sample.cpu_us


def _other(sample: Sample) -> float:
    return sample.other_us
