"""Service levels in an incident: a breach is a journalled timer that moves it from anywhere."""

from __future__ import annotations

import json

import pytest

from interlock.engine.telemetry import Telemetry
from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import Web

SLA = "sla: {resolve_within: 20s, on_breach: {to: handed_over, why: too slow}}\n"


@pytest.fixture
def web() -> Web:
    """A service whose restart is to be over within 20 s."""
    files = bundles.web()
    name = "restart-service.machine.yaml"
    files[name] = files[name].replace("outcomes:", f"{SLA}outcomes:")
    return Web(files)


def breaches(web: Web) -> list[object]:
    entries = [json.loads(line)["entry"] for line in web.export().splitlines()]
    return [note for entry in entries for note in entry.get("breaches", ())]


def test_a_breach_ends_what_is_under_way(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("20s")

    assert web.path(web.only) == ["restarting", "handed_over"]
    assert web.store.transitions[-1].why == "too slow"
    assert breaches(web) == [{"incident": web.only, "machine": "restart-service", "state": ""}]
    assert web.recalls


def test_breaches_are_counted_by_machine(web: Web) -> None:
    figures = Telemetry()
    web.probe(up=False)
    web.advance("20s")
    entries = [json.loads(line)["entry"] for line in web.export().splitlines()]
    figures.count(entry for entry in entries if entry["kind"] == "decision")

    name, labels = "interlock_incidents_breaches_total", {"machine": "restart-service"}
    assert figures.registry.get_sample_value(name, labels) == 1


def test_a_breach_ends_a_wait_as_well(web: Web) -> None:
    web.probe(up=False)
    web.advance("20s")

    assert web.path(web.only) == ["restarting", "watching", "handed_over"]


def test_what_is_resolved_in_time_is_no_breach(web: Web) -> None:
    web.probe(up=False)
    web.advance("6s")
    web.probe(up=True)
    web.advance("1m")

    assert web.incidents[0].outcome == "resolved"
    assert breaches(web) == []
    assert web.state.timers.dump() == [] or not web.state.timers.is_set(web.only, "@sla")


def test_a_breach_while_nobody_was_there_is_put_off(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    again = Web(web.bundle, store=web.store, at=web.now + 25_000)
    assert again.incidents[0].outcome is None

    again.advance("30s")
    assert again.incidents[0].outcome == "handed_over"
