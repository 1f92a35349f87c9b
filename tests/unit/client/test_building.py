"""A signal from plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from interlock.client import signal
from interlock.errors import SignalRejected
from interlock.server.convert import read_signal


def undeclared(name: str, field: str) -> int | None:
    return None


def test_plain_values_become_the_signal_the_service_reads() -> None:
    message = signal(
        "http.error_ratio",
        source="prober",
        subject="checkout",
        values={
            "ratio": 0.12,
            "count": 7,
            "up": False,
            "zone": "eu1",
            "since": datetime(2026, 11, 23, 9, 31, tzinfo=timezone(timedelta(hours=1))),
            "took": timedelta(seconds=1.5),
            "zones": ["eu1", "eu2"],
            "loads": (0.5, 1.0),
        },
        labels={"env": "prod"},
        severity="critical",
        observed_at=datetime(2026, 11, 23, 8, 31, tzinfo=UTC),
        id="probe-1",
    )

    assert {
        "id": "probe-1",
        "source": "prober",
        "name": "http.error_ratio",
        "subject": "checkout",
        "severity": "critical",
        "status": "firing",
        "labels": {"env": "prod"},
        "values": {
            "ratio": [120_000, 6],
            "count": 7,
            "up": False,
            "zone": "eu1",
            "since": {"at_ms": 1_795_422_660_000},
            "took": {"ms": 1500},
            "zones": {"list": ["eu1", "eu2"]},
            "loads": {"list": [[500_000, 6], [1_000_000, 6]]},
        },
        "observed_at": 1_795_422_660_000,
        "trace": "",
    } == read_signal(message, undeclared).signal


def test_every_signal_has_an_id_of_its_own() -> None:
    first, second = signal("x", source="s"), signal("x", source="s")

    assert first.id
    assert first.id != second.id


def test_a_condition_that_ended_is_resolved() -> None:
    message = signal("x", source="s", resolved=True)

    assert "resolved" == read_signal(message, undeclared).signal["status"]


@pytest.mark.parametrize(
    "value",
    [datetime(2026, 11, 23, 8, 31), 2**63, b"bytes", None, [[1]], [None]],  # noqa: DTZ001  # that is the fault
)
def test_a_value_without_a_wire_form_is_refused(value: object) -> None:
    with pytest.raises(SignalRejected):
        signal("x", source="s", values={"bad": value})  # type: ignore[dict-item]


def test_a_time_of_observation_has_a_zone() -> None:
    with pytest.raises(SignalRejected, match="observed_at"):
        signal("x", source="s", observed_at=datetime(2026, 11, 23))  # noqa: DTZ001
