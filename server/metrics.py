"""What the server counts; every label value comes from the contract, never from a caller."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class ServerMetrics:
    """The server's counters on one registry; called from the event loop only."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the counters."""
        self._calls = Counter(
            "interlock_server_calls_total",
            "gRPC calls finished, by method and status.",
            ["method", "code"],
            registry=registry,
        )
        self._seconds = Histogram(
            "interlock_server_call_seconds",
            "How long gRPC calls took; of streams, how long they were open.",
            ["method"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._alerts = Counter(
            "interlock_server_alerts_total",
            "Alerts that came in over HTTP, by door and outcome.",
            ["door", "outcome"],
            registry=registry,
        )
        self._posts = Counter(
            "interlock_server_posts_total",
            "HTTP posts answered, by door and status.",
            ["door", "status"],
            registry=registry,
        )

    def call(self, method: str, code: str, seconds: float) -> None:
        """Count a finished gRPC call."""
        self._calls.labels(method, code).inc()
        self._seconds.labels(method).observe(seconds)

    def alerts(self, door: str, counts: Mapping[str, int]) -> None:
        """Count what became of the alerts of one post."""
        for outcome, count in counts.items():
            self._alerts.labels(door, outcome).inc(count)

    def post(self, door: str, status: int) -> None:
        """Count an answered HTTP post."""
        self._posts.labels(door, str(status)).inc()
