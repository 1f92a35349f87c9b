"""One alert becomes one signal.

**The condition** is named by (source, fingerprint): the fingerprint the alert came with, or
the one Alertmanager would give its labels.  ``startsAt`` is not part of it: a condition
that flaps is resolved under another ``startsAt`` than it fired with.  The fingerprint
travels as the value ``fingerprint``, next to ``starts_at`` and ``ends_at``.

**The message** is named by a digest of everything the signal says, so that one id never
has two bodies, and of a window of receive time while it is firing:

* A retry has the same bytes and comes within seconds (0.5 to 5 s apart, until the flush
  deadline): the same id, a duplicate, nothing happens.
* A repeat has the same bytes too and comes after ``repeat_interval``.  It is a heartbeat:
  the next window gives it a new id, the journal notes that the condition still holds, and
  what lives by a ttl is refreshed.  The window (one minute) is longer than retries take
  and shorter than any sensible ``repeat_interval``.  A retry that crosses the edge of a
  window is a heartbeat early: equal fields change nothing.
* A condition that fires again has another ``startsAt``: a new id.  So has one whose text
  changed; text that changes and changes back is told again by the next window's repeat.
* A resolved alert has no window: however late it is repeated (Prometheus does so for 15
  minutes) it is a duplicate and cannot end a later episode.
* Prometheus' own push moves ``endsAt`` with every resend: each is a heartbeat by itself.
* Two Alertmanagers without gossip send the same bytes and one counts; when the sender gave
  no ``startsAt``, each stamps its own and the second is a heartbeat.

``observed_at`` is ``startsAt`` while firing and ``endsAt`` when resolved.  Labels pass
unchanged.  Annotations stand beside them where no label has the name, because that is how
a definition reads a field from text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import orjson

from interlock.language.values import parse_timestamp
from interlock.server.admission import FieldRejected, seal
from interlock.server.signals import Form, Incoming, SeverityWord, SignalBody, StatusWord

_SEVERITIES: Mapping[str, SeverityWord] = {
    "info": "info",
    "warning": "warning",
    "error": "error",
    "critical": "critical",
}
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 14695981039346656037, 1099511628211, (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class AlertReading:
    """How alerts are read; the same for every alert of one door."""

    subject_labels: tuple[str, ...] = ("service", "instance", "pod", "node", "job")
    """The first of these labels an alert has is its subject; with none, its fingerprint."""
    heartbeat_ms: int = 60_000
    """Width of the window in which an identical firing alert is a duplicate."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who sent an alert and when it came."""

    source: str
    received_at: int
    """Ms since the epoch."""


def read_alert(
    alert: object,
    delivery: Delivery,
    reading: AlertReading,
    *,
    status_from: Literal["field", "ends_at"],
) -> Incoming:
    """Return the signal an alert says.

    Args:
        alert: what the JSON held, of any shape; unknown fields are ignored.
        delivery: who sent it and when it came.
        reading: how to read it.
        status_from: Alertmanager says ``status``; Prometheus lets ``endsAt`` pass.

    Raises:
        FieldRejected: it is not an alert or breaks a limit of a signal.
    """
    if not isinstance(alert, dict):
        raise FieldRejected("alert", "an object", type(alert).__name__)
    labels = _texts(alert, "labels")
    starts_at, ends_at = _time(alert, "startsAt"), _time(alert, "endsAt")
    print_ = _fingerprint(alert, labels)
    status = _status(alert) if status_from == "field" else _lease(ends_at, delivery)
    values: dict[str, Form] = {"fingerprint": print_}
    if starts_at is not None:
        values["starts_at"] = {"at_ms": starts_at}
    if ends_at is not None:
        values["ends_at"] = {"at_ms": ends_at}
    resolved_at = starts_at if ends_at is None else ends_at
    body: SignalBody = {
        "id": "",
        "source": delivery.source,
        "name": _name(labels),
        "subject": _subject(labels, reading, print_),
        "severity": _SEVERITIES.get(labels.get("severity", "").lower(), ""),
        "status": status,
        "labels": {**_texts(alert, "annotations"), **labels},
        "values": values,
        "observed_at": starts_at if status == "firing" else resolved_at,
        "trace": "",
    }
    return name_message(body, delivery, reading)


def name_message(body: SignalBody, delivery: Delivery, reading: AlertReading) -> Incoming:
    """Return the signal under the id its content and, while it is firing, its window give it.

    Raises:
        FieldRejected: it breaks a limit of a signal.
    """
    body["id"] = ""
    firing = body["status"] == "firing"
    window = delivery.received_at // reading.heartbeat_ms if firing else -1
    content = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))
    content.update(b"%d" % window)
    body["id"] = f"alert-{content.hexdigest()[:32]}"
    return seal(body)


def fingerprint(labels: Mapping[str, str]) -> str:
    """Return the fingerprint Alertmanager gives a set of labels, 16 hex digits.

    Source: github.com/prometheus/common, model/signature.go (FNV-1a over the sorted names
    and values, each ended by a byte that UTF-8 never has).
    """
    hashed = _FNV_OFFSET
    for label in sorted(labels, key=str.encode):
        for byte in b"%b\xff%b\xff" % (label.encode(), labels[label].encode()):
            hashed = (hashed ^ byte) * _FNV_PRIME & _FNV_MASK
    return f"{hashed:016x}"


def _texts(alert: Mapping[str, object], field: str) -> dict[str, str]:
    texts = alert.get(field) or {}
    if not isinstance(texts, dict):
        raise FieldRejected(field, "an object of strings", type(texts).__name__)
    for name, text in texts.items():
        if not isinstance(text, str):
            raise FieldRejected(f"{field}.{name}", "a string", type(text).__name__)
    return texts


def _time(alert: Mapping[str, object], field: str) -> int | None:
    text = alert.get(field) or ""
    if not isinstance(text, str):
        raise FieldRejected(field, "an RFC 3339 time", type(text).__name__)
    try:
        moment = parse_timestamp(text) if text else 0
    except ValueError as error:
        raise FieldRejected(field, "an RFC 3339 time", text) from error
    return moment if moment > 0 else None  # Go writes year 1 where there is none


def _status(alert: Mapping[str, object]) -> StatusWord:
    match alert.get("status"):
        case "firing":
            return "firing"
        case "resolved":
            return "resolved"
        case other:
            raise FieldRejected("status", "firing or resolved", other)


def _lease(ends_at: int | None, delivery: Delivery) -> StatusWord:
    """Return what Prometheus means: an end that has passed is a resolution, else a lease."""
    return "firing" if ends_at is None or ends_at > delivery.received_at else "resolved"


def _fingerprint(alert: Mapping[str, object], labels: Mapping[str, str]) -> str:
    given = alert.get("fingerprint") or ""
    if not isinstance(given, str) or len(given) > 256:
        raise FieldRejected("fingerprint", "a string of at most 256 characters", given)
    return given or fingerprint(labels)


def _name(labels: Mapping[str, str]) -> str:
    name = labels.get("alertname", "")
    if not name:
        raise FieldRejected("labels.alertname", "1 to 256 characters", "none")
    return name


def _subject(labels: Mapping[str, str], reading: AlertReading, print_: str) -> str:
    return next((labels[label] for label in reading.subject_labels if labels.get(label)), print_)
