"""Signals and batches as the tests of the server send them."""

from __future__ import annotations

from interlock.v1.signal_pb2 import Severity, Signal, SignalStatus

OBSERVED_MS = 1_795_422_647_101


def signal(number: int = 0, **fields: object) -> Signal:
    """Return a typical signal: eight labels and two values, under an id of its own."""
    message = Signal(
        id=f"probe-{number}",
        source="prober-eu1",
        name="http.error_ratio",
        subject="checkout",
        severity=Severity.SEVERITY_CRITICAL,
        status=SignalStatus.SIGNAL_STATUS_FIRING,
        labels={f"label_{place}": f"value-{place}" for place in range(8)},
    )
    message.values["ratio"].double_value = 0.125
    message.values["count"].int_value = number
    message.observed_at.FromMilliseconds(OBSERVED_MS)
    for field, value in fields.items():
        setattr(message, field, value)
    return message


def signals(count: int) -> list[Signal]:
    """Return as many typical signals."""
    return [signal(number) for number in range(count)]
