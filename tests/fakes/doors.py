"""The HTTP doors in front of a core in memory, under a clock that tests move."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from interlock.server.core import Core
from interlock.server.doors.alert import AlertReading
from interlock.server.doors.app import create_app
from interlock.server.metrics import ServerMetrics

START_MS = 1_795_422_660_000
"""2026-11-23T08:31:00Z: a minute begins, the captures were made about then."""


class HandClock:
    """Shows what a test sets."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000


class Doors:
    """An application, its clock and its registry."""

    def __init__(self, core: Core, *, reading: AlertReading | None = None) -> None:
        self.clock = HandClock()
        self.registry = CollectorRegistry()
        metrics = ServerMetrics(self.registry)
        self.app: Starlette = create_app(
            core, clock=self.clock, metrics=metrics, registry=self.registry, reading=reading
        )

    def count(self, name: str, **labels: str) -> float:
        """Return what a counter shows."""
        return self.registry.get_sample_value(name, labels) or 0.0
