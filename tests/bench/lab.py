"""What measurements share: a folder, the subjects, the client, and the way figures are told."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from tests.bench import mix
from tests.bench.subjects import ROOT, Client, Floor, Service, Subject


class Figure(NamedTuple):
    """One result.

    Attributes:
        bench: its name, with the unit unless that is signals a second.
        value: what was measured.
        floor: what it is held against, measured in the same minute; None where nothing is.
        ratio: value / floor.
    """

    bench: str
    value: float
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """How the value stands to the floor."""
        return None if not self.floor else self.value / self.floor

    def line(self) -> str:
        """Return it as one line of JSON."""
        told = {"bench": self.bench, "value": self.value, "floor": self.floor, "ratio": self.ratio}
        return json.dumps({k: _short(v) for k, v in told.items()})


def _short(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value


class Sample(NamedTuple):
    """One turn of one subject under load.

    Attributes:
        rate: durable decided signals a second.
        cpu_us: processor time of the process, µs a signal.
        other_us: that of its second engine.
    """

    rate: float
    cpu_us: float
    other_us: float


class Lab:
    """Starts what is asked for, once, and ends all of it.

    Args:
        quick: whether time is short.
    """

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self._began = time.monotonic()
        self._end = ExitStack()
        (ROOT / "build").mkdir(exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build")
        self.folder = Path(self._end.enter_context(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end.close()

    @cached_property
    def client(self) -> Client:
        """The load client."""
        return self._end.enter_context(Client())

    @cached_property
    def floor(self) -> Floor:
        """The floor."""
        floor = Floor(self.folder / "floor")
        self._end.callback(floor.close)
        return floor

    @cached_property
    def service(self) -> Service:
        """A service with the mix of 100 rules."""
        return self.another_service()

    @cached_property
    def large_service(self) -> Service:
        """One with 1,000 rules."""
        return self.another_service(mix.SIZES[1])

    def another_service(self, rules: int = mix.SIZES[0]) -> Service:
        """Return a service of its own."""
        return self.service_of(mix.bundle(rules))

    def service_of(self, bundle: Mapping[str, str]) -> Service:
        """Return a service that decides by a bundle."""
        folder = tempfile.mkdtemp(prefix="service-", dir=self.folder)
        service = Service(Path(folder), bundle)
        self._end.callback(service.kill)
        return service

    def start(self) -> None:
        """Start what the quick measurements need, all at once."""
        self.say("starting the floor, a service with 100 rules, one with 1,000")
        subjects = ("client", "floor", "service", "large_service")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: getattr(self, name), subjects))

    def say(self, what: str) -> None:
        """Tell people what is going on; never on standard output."""
        print(f"{time.monotonic() - self._began:6.1f} s  {what}", file=sys.stderr, flush=True)

    def turns(self, seconds: float, least: int = 2) -> Iterator[int]:
        """Yield 0, 1, 2 … while another turn like the longest one fits into the time."""
        began = time.monotonic()
        longest, number = 0.0, 0
        while number < least or time.monotonic() - began + longest < seconds:
            started = time.monotonic()
            yield number
            longest, number = max(longest, time.monotonic() - started), number + 1

    def turn(
        self, number: int, subjects: Sequence[Subject], batch: int, seconds: float
    ) -> list[Sample]:
        """Return a sample of each subject, taken forwards and backwards by turns."""
        order = list(enumerate(subjects))[:: -1 if number % 2 else 1]
        taken = {place: self.sample(subject, batch, seconds) for place, subject in order}
        return [taken[place] for place in range(len(subjects))]

    def sample(self, subject: Subject, batch: int, seconds: float) -> Sample:
        """Load a subject as fast as it takes signals, for one turn."""
        before = subject.cpu()
        report = self.client.load(subject, batch, seconds)
        used, signals = subject.cpu().since(before), report["signals"]
        return Sample(
            signals / report["decided_s"],
            used.own / signals * 1e6,
            used.children / signals * 1e6,
        )


def figure_of(bench: str, turns: Sequence[tuple[float, float | None]]) -> Figure:
    """Return the turn in the middle: by what a value is to its floor, or by the value alone."""
    ordered = sorted(turns, key=lambda turn: turn[0] / (turn[1] or 1.0))
    value, floor = ordered[(len(ordered) - 1) // 2]
    return Figure(bench, value, floor)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
