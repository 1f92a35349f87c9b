"""How long a signal takes at half load: to its acknowledgement, and to the action it leads to.

The load is half of what the service takes at that batch size; the floor is measured at the same
rate.  Latency counts from when a batch was due.  An action is dispatched once its signal and the
decision are on disk, the second engine's agreement too, and the gate has let it pass.  The gate
lets out 120 attempts an hour, so every batch size has a service of its own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence

from tests.bench.ingest import BATCHES
from tests.bench.lab import Figure, Lab, figure_of, percentile
from tests.bench.stopwatch import noted
from tests.bench.subjects import Service

QUICK_BATCH = 10
ACTING = 120
"""Actions waited for, with each service: what the gate lets out in an hour."""
QUICK_ACTING = 30
"""In less time, so that actions do not become the load."""


def at_half_load(lab: Lab) -> Iterator[Figure]:
    """Yield the latencies at each batch size."""
    for batch in (QUICK_BATCH,) if lab.quick else BATCHES:
        yield from _of(lab, batch)


def _of(lab: Lab, batch: int) -> Iterator[Figure]:
    turns, seconds = (3, 1.5) if lab.quick else (6, 4.0)
    acting = QUICK_ACTING if lab.quick else ACTING
    service = lab.service if lab.quick else lab.another_service()
    lab.client.load(service, batch, 0.3)
    rate = lab.sample(service, batch, seconds).rate / 2
    lab.say(f"latency in batches of {batch} at {rate:.0f} signals a second")
    lab.client.load(service, batch, 0.3, rate)  # what was left of full load is gone
    floors, services = [], []
    due: dict[str, int] = {}
    for _ in range(turns):
        floors.append(lab.client.load(lab.floor, batch, seconds, rate)["latencies"])
        report = lab.client.load(service, batch, seconds, rate, acting=acting // turns)
        services.append(report["latencies"])
        due |= report["due"]
    yield from _figures(batch, services, floors, _waits(service, due))


def _waits(service: Service, due: Mapping[str, int]) -> list[float]:
    """Return how long each action was waited for, ms.

    Raises:
        TimeoutError: one was not sent.
    """
    end = time.monotonic() + 10
    while len(sent := noted(service.stopwatch)) < len(due):
        if time.monotonic() > end:
            raise TimeoutError(f"of {len(due)} actions {len(sent)} were sent")
        time.sleep(0.05)
    return [(sent[name] - at) / 1e6 for name, at in due.items()]


def _figures(
    batch: int,
    services: Sequence[Sequence[float]],
    floors: Sequence[Sequence[float]],
    waits: Sequence[float],
) -> Iterator[Figure]:
    for share in (50, 99):
        turns = [
            (1e3 * percentile(service, share / 100), 1e3 * percentile(floor, share / 100))
            for service, floor in zip(services, floors, strict=True)
        ]
        yield figure_of(f"ack_p{share}_ms_batch_{batch}", turns)
    floor_p99 = 1e3 * statistics.median(percentile(turn, 0.99) for turn in floors)
    for share in (50, 99):
        value = percentile(waits, share / 100)
        yield Figure(f"dispatch_p{share}_ms_batch_{batch}", value, floor_p99)
