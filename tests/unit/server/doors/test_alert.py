"""One alert, one signal: identity, episode, heartbeat."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.errors import SignalRejected
from interlock.server.doors.alert import AlertReading, Delivery, fingerprint, read_alert
from interlock.server.signals import Incoming
from tests.unit.server.doors.given import alert

MINUTE = 60_000
NOW = 1_795_422_660_000


def read(
    given: object,
    *,
    now: int = NOW,
    source: str = "alertmanager",
    reading: AlertReading | None = None,
    pushed: bool = False,
) -> Incoming:
    return read_alert(
        given,
        Delivery(source, now),
        reading or AlertReading(),
        status_from="ends_at" if pushed else "field",
    )


def message(given: object, **how: Any) -> str:
    return read(given, **how).signal["id"]


def test_a_firing_alert_says_everything_it_said() -> None:
    signal = read(alert()).signal

    assert {
        "id": signal["id"],
        "source": "alertmanager",
        "name": "WebDown",
        "subject": "web-1",
        "severity": "critical",
        "status": "firing",
        "labels": {
            "alertname": "WebDown",
            "instance": "web-1",
            "severity": "critical",
            "summary": "web-1 does not answer",
        },
        "values": {"fingerprint": "8729d8c4599144b3", "starts_at": {"at_ms": 1_795_422_648_832}},
        "observed_at": 1_795_422_648_832,
        "trace": "",
    } == signal


def test_a_resolved_alert_was_observed_when_it_ended() -> None:
    signal = read(alert(status="resolved", endsAt="2026-11-23T08:30:55.5Z")).signal

    assert "resolved" == signal["status"]
    assert 1_795_422_655_500 == signal["observed_at"]
    assert {"at_ms": 1_795_422_655_500} == signal["values"]["ends_at"]


def test_a_label_wins_over_an_annotation_of_its_name() -> None:
    given = alert(annotations={"instance": "other", "value": "0.12"})

    labels = read(given).signal["labels"]

    assert ("web-1", "0.12") == (labels["instance"], labels["value"])


@pytest.mark.parametrize(
    ("labels", "subject"),
    [
        ({"service": "checkout", "instance": "web-1"}, "checkout"),
        ({"instance": "web-1", "job": "app"}, "web-1"),
        ({"pod": "api-1", "node": "n1"}, "api-1"),
        ({"service": "", "job": "app"}, "app"),
        ({"team": "data"}, "8729d8c4599144b3"),
    ],
)
def test_the_subject_is_the_first_label_of_the_configured_order(
    labels: dict[str, str], subject: str
) -> None:
    assert subject == read(alert(labels={"alertname": "X", **labels})).signal["subject"]


def test_the_order_of_subject_labels_can_be_configured() -> None:
    reading = AlertReading(subject_labels=("team",))
    given = alert(labels={"alertname": "X", "instance": "web-1", "team": "data"})

    assert "data" == read(given, reading=reading).signal["subject"]


@pytest.mark.parametrize(
    ("label", "severity"),
    [("critical", "critical"), ("WARNING", "warning"), ("page", ""), ("", "")],
)
def test_a_severity_of_another_scale_stays_a_label(label: str, severity: str) -> None:
    given = alert(labels={"alertname": "X", "severity": label})

    signal = read(given).signal

    assert severity == signal["severity"]
    assert label == signal["labels"]["severity"]


def test_a_retry_is_the_same_message() -> None:
    assert message(alert()) == message(alert(), now=NOW + 5_000)


def test_a_repeat_is_a_new_message_about_the_same_condition() -> None:
    first, repeat = read(alert()), read(alert(), now=NOW + MINUTE)

    assert first.signal["id"] != repeat.signal["id"]
    assert first.signal | {"id": ""} == repeat.signal | {"id": ""}


def test_a_condition_that_fires_again_is_a_new_message() -> None:
    assert message(alert()) != message(alert(startsAt="2026-11-23T08:30:59Z"))


def test_a_text_that_changed_is_a_new_message() -> None:
    assert message(alert()) != message(alert(annotations={"summary": "still down"}))


def test_a_resolution_is_the_same_message_however_late_it_is_repeated() -> None:
    given = alert(status="resolved", endsAt="2026-11-23T08:30:55Z")

    assert message(given) == message(given, now=NOW + 15 * MINUTE)


def test_what_a_signal_does_not_carry_makes_no_new_message() -> None:
    assert message(alert()) == message(alert(generatorURL="http://other", unknown=[1]))


def test_two_sources_say_two_things() -> None:
    assert message(alert()) != message(alert(), source="other")


def test_a_lease_that_moved_is_a_heartbeat() -> None:
    pushed = alert(endsAt="2026-11-23T08:35:00Z", fingerprint="")

    later = {**pushed, "endsAt": "2026-11-23T08:36:00Z"}

    assert message(pushed, pushed=True) != message(later, pushed=True)


@pytest.mark.parametrize(
    ("ends_at", "status"),
    [
        ("2026-11-23T08:31:00.001Z", "firing"),
        ("2026-11-23T08:31:00Z", "resolved"),
        ("2026-11-23T08:20:00Z", "resolved"),
        ("0001-01-01T00:00:00Z", "firing"),
        ("", "firing"),
    ],
)
def test_pushed_alerts_are_resolved_by_an_end_that_has_passed(ends_at: str, status: str) -> None:
    assert status == read(alert(endsAt=ends_at), pushed=True).signal["status"]


def test_an_alert_without_times_was_observed_when_it_came() -> None:
    signal = read(alert(startsAt="", endsAt=None)).signal

    assert signal["observed_at"] is None
    assert {"fingerprint"} == set(signal["values"])


def test_nanoseconds_and_offsets_are_read() -> None:
    given = alert(startsAt="2026-11-23T10:30:48.832016297+02:00")

    assert 1_795_422_648_832 == read(given).signal["observed_at"]


def test_a_missing_fingerprint_is_the_one_alertmanager_would_give() -> None:
    """Source of the expected value: the alert of HA in tests/data/alertmanager."""
    assert "1e0dc10f45013802" == fingerprint({"svc": "a", "alertname": "Ha"})


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ("text", "alert"),
        (None, "alert"),
        ([], "alert"),
        (alert(labels=None), "labels.alertname"),
        (alert(labels=["a"]), "labels"),
        (alert(labels={"alertname": "X", "n": 1}), "labels.n"),
        (alert(labels={"alertname": "X", "n": None}), "labels.n"),
        (alert(labels={"alertname": ""}), "labels.alertname"),
        (alert(labels={"alertname": "x" * 257}), "name"),
        (alert(labels={"alertname": "X", "a": "\0"}), "labels.a"),
        (alert(annotations="text"), "annotations"),
        (alert(annotations={"a": {}}), "annotations.a"),
        (alert(status="pending"), "status"),
        (alert(status=None), "status"),
        (alert(startsAt="yesterday"), "startsAt"),
        (alert(startsAt=1_795_422_648), "startsAt"),
        (alert(startsAt="2026-02-30T00:00:00Z"), "startsAt"),
        (alert(endsAt="2026-11-23 08:30:48"), "endsAt"),
        (alert(fingerprint=7), "fingerprint"),
        (alert(fingerprint="x" * 257), "fingerprint"),
        (alert(labels={"alertname": "X", **{str(n): "x" for n in range(200)}}), "labels"),
    ],
)
def test_what_is_not_an_alert_is_refused_and_the_field_named(bad: object, field: str) -> None:
    with pytest.raises(SignalRejected) as refused:
        read(bad)

    assert field == refused.value.details["field"]
