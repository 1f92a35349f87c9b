"""Alerts as the tests of the doors send them."""

from __future__ import annotations

from typing import Any

WEBHOOK = "/api/v1/alertmanager"
PUSH = "/api/v2/alerts"


def alert(**fields: Any) -> dict[str, Any]:
    """Return one alert as Alertmanager sends it."""
    return {
        "status": "firing",
        "labels": {"alertname": "WebDown", "instance": "web-1", "severity": "critical"},
        "annotations": {"summary": "web-1 does not answer"},
        "startsAt": "2026-11-23T08:30:48.832Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://vm:29090/graph",
        "fingerprint": "8729d8c4599144b3",
        **fields,
    }


def webhook(*alerts: Any, **fields: Any) -> dict[str, Any]:
    """Return a webhook body."""
    return {
        "receiver": "hook",
        "status": "firing",
        "alerts": list(alerts),
        "groupLabels": {"alertname": "WebDown"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://vm:29093",
        "version": "4",
        "groupKey": '{}:{alertname="WebDown"}',
        "truncatedAlerts": 0,
        **fields,
    }
