"""An alert that has fired for long is as fresh as its latest repeat, not as old as its start."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from interlock.engine.fold import snapshot
from interlock.engine.probes import MANIFEST, manifest
from interlock.server.doors.alert import AlertReading, Delivery, read_alert
from interlock.testing import Answer, Harness, MemoryStore
from tests.bundles import PROBES
from tests.unit.engine.fold.conftest import GOOD

BUNDLE = """
interlock: signals/v1
package: t
owner: t
signals:
  web.down: {keep: latest, key: [instance], ttl: 1d, fields: {instance: string, text: string}}
  go.ahead: {keep: all, ttl: 1m, fields: {instance: string}}
---
interlock: rules/v1
package: t
owner: t
rules:
  - id: down
    title: It is down
    severity: high
    when: [{signal: web.down, as: down}]
    then: [{start: fix, incident: "${down.instance}", with: {instance: "${down.instance}"}}]
    why: it is down
---
interlock: machine/v1
id: fix
package: t
version: 1
title: Restart when told to
owner: t
doc: It waits for a word, then restarts.
context: {instance: string}
outcomes: [resolved, escalated]
initial: waiting
states:
  waiting:
    wait: {signal: go.ahead, where: instance == ctx.instance}
    on: {met: restarting}
    after: {7d: escalated}
  restarting:
    run: t.restart
    with: {name: "${instance}"}
    on: {done: resolved, failed: escalated, timed_out: escalated, refused: escalated,
         unverified: escalated}
  resolved: {final: resolved}
  escalated: {final: escalated}
---
interlock: actions/v1
package: t
owner: t
executor: dry_run
actions:
  t.restart:
    version: 1
    title: Restart it
    inputs: {name: string}
    target: "${name}"
    target_type: service
    risk: low
    reversible: false
    irreversible_because: a restart cannot be taken back
    idempotency_key: restart/${name}
    timeout: 20s
    evidence: {max_age: 10m}
    verify:
      probe: http.look
      with: {name: "${name}"}
      expect: probe.status == 200
      every: 1s
      within: 10s
      consecutive: 2
---
interlock: inventory/v1
package: t
owner: t
targets:
  web-1: {type: service, domain: host-a}
"""
STATUS_FROM: list[Any] = ["field", "ends_at"]


class Alerted(Harness):
    """Hears of one alert as a door reads it; it started with the first entry."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        files = {"all.yaml": BUNDLE, MANIFEST: manifest(PROBES)}
        super().__init__(files, store=store)
        self.script("t.restart", Answer())
        self.observe("http.look", GOOD)
        self.started = self.now

    def alert(
        self, status_from: Any = "field", *, text: str = "down", ended: int | None = None
    ) -> None:
        """Deliver the alert now; with ``ended``, ms, it is resolved."""
        lease = self.now + 240_000 if status_from == "ends_at" else None
        ends_at = lease if ended is None else ended
        alert = {
            "status": "firing" if ended is None else "resolved",
            "labels": {"alertname": "web.down", "instance": "web-1"},
            "annotations": {"text": text},
            "startsAt": _rfc3339(self.started),
            "endsAt": "0001-01-01T00:00:00Z" if ends_at is None else _rfc3339(ends_at),
        }
        delivery = Delivery("alertmanager", self.now)
        incoming = read_alert(alert, delivery, AlertReading(), status_from=status_from)
        self.record({"kind": "signal", "signal": incoming.signal})

    def repeat(self, minutes: int, status_from: Any = "field") -> None:
        """Deliver it again every minute."""
        for _ in range(minutes):
            self.advance("1m")
            self.alert(status_from)

    def act(self) -> tuple[str, int]:
        """Let the machine act; return how that ended and how old the evidence was, ms."""
        self.signal("go.ahead", instance="web-1")
        self.advance("1m")
        (row,) = self.store.actions.values()
        findings = json.loads(row.verdict)["findings"]
        (age,) = [f["numbers"]["age_ms"] for f in findings if f["interlock"] == "freshness"]
        return row.outcome or row.status, age


def _rfc3339(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat()


@pytest.mark.parametrize("status_from", STATUS_FROM)
def test_an_alert_that_repeats_is_as_fresh_as_its_latest_repeat(status_from: Any) -> None:
    service = Alerted()
    service.alert(status_from)
    service.repeat(180, status_from)
    service.advance("30s")

    assert service.act() == ("done", 30_000)


@pytest.mark.parametrize("status_from", STATUS_FROM)
def test_an_alert_that_stopped_repeating_grows_too_old(status_from: Any) -> None:
    """Negative control: repeats do not keep what they no longer say."""
    service = Alerted()
    service.alert(status_from)
    service.repeat(180, status_from)
    service.advance("11m")

    assert service.act() == ("refused", 660_000)


def test_an_alert_that_says_something_new_is_fresh_too() -> None:
    service = Alerted()
    service.alert()
    service.advance("3h")
    service.alert(text="down for three hours")

    assert service.act() == ("done", 0)


def test_an_alert_first_heard_of_long_after_its_start_is_old_until_it_repeats() -> None:
    service = Alerted()
    service.advance("3h")
    service.alert()

    assert service.act() == ("refused", 10_800_000)


def test_a_resolution_of_an_earlier_episode_refreshes_nothing() -> None:
    service = Alerted()
    service.alert()
    service.advance("11m")
    service.alert(ended=service.started - 1)

    assert service.act() == ("refused", 660_000)


def test_a_resolution_after_repeats_still_withdraws_by_its_own_time() -> None:
    """Alertmanager may repeat a condition a moment after it ended."""
    service = Alerted()
    service.alert()
    service.repeat(5)
    service.alert(ended=service.now - 1_000)

    assert service.state.memory is not None
    assert not service.state.memory.firings()


def test_a_reading_seen_earlier_than_it_came_is_as_old_as_it_was_seen() -> None:
    """A queue that empties late must not make old readings fresh."""
    service = Alerted()
    service.alert()
    service.advance("3h")
    service.started += 1_000
    service.alert()

    assert service.act() == ("refused", 10_799_000)


def test_freshness_survives_a_snapshot_and_a_replay() -> None:
    service = Alerted()
    service.alert()
    service.repeat(180)

    taken = snapshot.take(service.state)
    again = Alerted(store=service.store)
    assert json.loads(snapshot.take(again.state))["memory"] == json.loads(taken)["memory"]
    again.started = service.started
    assert again.act() == ("done", 0)
