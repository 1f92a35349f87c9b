"""What an open incident costs in memory: what the fold's state grows by, in a process of its own.

Run as ``python -m tests.bench.memory COUNT``; prints bytes an incident, as JSON: ``whole`` with the
live signal and the firing that hold it open, ``alone`` once those have expired and only the
incident waits; traced allocations, after a collection.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.fold.decide import fold
from interlock.engine.fold.state import State
from interlock.engine.model import Entry
from interlock.server.convert import read_signal
from tests.bench import incidents
from tests.bench.lab import Figure, Lab
from tests.bench.subjects import ROOT

COUNTS = (1_000, 10_000, 100_000)
QUICK_COUNT = 500
_AT = 1_795_000_000_000


def per_incident(lab: Lab) -> Iterator[Figure]:
    """Yield the bytes an open incident takes, at each count."""
    for count in (QUICK_COUNT,) if lab.quick else COUNTS:
        lab.say(f"memory of {count} open incidents")
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench.memory", str(count)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/src"},
            cwd=ROOT,
            check=True,
        ).stdout
        for what, value in json.loads(told).items():
            yield Figure(f"memory_per_incident_{what}_bytes_at_{count}", value)


def measure(count: int) -> dict[str, float]:
    """Open so many incidents in a fresh state; return the bytes of each."""
    bundle = Bundle.compile(incidents.BUNDLE)
    state = State()
    chosen = {"at": _AT, "kind": "bundle", "digest": bundle.digest, "files": []}
    fold(state, Entry.of(0, chosen), {bundle.digest: bundle})
    tracemalloc.start()
    before = _traced()
    for number in range(count):
        _open(state, number)
    whole = _traced() - before
    fold(state, Entry.of(count + 1, {"at": _AT + incidents.EXPIRED_MS, "kind": "timer"}), {})
    alone = _traced() - before
    still_open = sum(incident.is_open for incident in state.incidents.values())
    assert still_open == count
    return {"whole": whole / count, "alone": alone / count}


def _open(state: State, number: int) -> None:
    incoming = read_signal(incidents.opening(number), lambda name, field: None)
    signal = digest.decode(incoming.encoded)
    fold(state, Entry.of(number + 1, {"at": _AT + number, "kind": "signal", "signal": signal}), {})
    state.evaluations.clear()  # the second engine has answered


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
