"""What rules hold back, in the journal and for the incidents that run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interlock.engine.fold import snapshot
from interlock.testing import MemoryStore
from tests import bundles
from tests.unit.engine.fold.conftest import Web

FAIL_OVER = "  - id: fail-over\n"
COOLDOWN = FAIL_OVER + "    cooldown: 30m\n"
EXCEPT = (
    COOLDOWN
    + "    except:\n"
    + "      - {id: EX-12, on: errors, where: value < 0.8, reason: known, expires: 2026-03-02}\n"
)


def web(rule: str = COOLDOWN, store: MemoryStore | None = None) -> Web:
    files = bundles.web()
    assert FAIL_OVER in files["rules.yaml"]
    files["rules.yaml"] = files["rules.yaml"].replace(FAIL_OVER, rule)
    return Web(files, store)


def noted(service: Web, topic: str) -> list[dict[str, Any]]:
    entries = [json.loads(line)["entry"] for line in service.export().splitlines()]
    return [item for entry in entries for item in entry.get(topic, ())]


@pytest.fixture
def service() -> Web:
    return web()


def test_a_refreshed_match_keeps_the_incident_that_runs(service: Web) -> None:
    service.errors(0.75)
    service.advance("1s")
    service.errors(0.8)
    service.advance("1s")
    service.errors(0.9)

    first, second, third = noted(service, "firings")
    assert [second["supersedes"], third["supersedes"]] == [first["id"], second["id"]]
    assert service.state.incidents[service.only].supports == (third["id"],)
    assert noted(service, "suppressed") == []


def test_a_new_match_within_the_cooldown_is_journalled_with_what_holds_it_back_and_until_when(
    service: Web,
) -> None:
    begun = service.now
    service.errors(0.75)
    service.advance("1m")
    service.errors(0.1)
    service.errors(0.9)

    (held,) = noted(service, "suppressed")
    (firing,) = noted(service, "firings")
    assert (held["rule"], held["kind"], held["by"]) == ("web/fail-over", "cooldown", firing["id"])
    assert held["until"] == begun + 30 * 60_000
    assert held["why"].startswith("90 % of answers of shop")
    assert [element["as"] for element in held["elements"]] == ["errors"]


def test_it_fires_when_the_cooldown_is_over_and_still_matches(service: Web) -> None:
    service.errors(0.75)
    service.errors(0.1)
    service.errors(0.9)
    for _ in range(31):
        service.advance("1m")
        service.errors(0.9)

    assert [one["supersedes"] for one in noted(service, "firings")] == [None, None]


def test_an_excepted_match_is_journalled_and_fires_when_the_exception_has_expired() -> None:
    service = web(EXCEPT)
    service.errors(0.75)

    (held,) = noted(service, "suppressed")
    assert (held["kind"], held["by"], held["reason"]) == ("except", "EX-12", "known")
    assert service.incidents == []
    service.advance("14h")
    service.errors(0.7)
    assert service.incidents == []
    service.advance("2h")
    service.errors(0.75)
    assert len(service.incidents) == 1


def test_a_state_that_holds_back_comes_back_from_its_snapshot(service: Web) -> None:
    service.errors(0.75)
    service.errors(0.1)
    service.errors(0.9)

    data = snapshot.take(service.state)

    assert b'"marks"' in data
    assert snapshot.take(snapshot.restore(data, {service.bundle.digest: service.bundle})) == data


def test_folding_the_journal_again_holds_the_same_back(service: Web) -> None:
    for value in (0.75, 0.1, 0.9):
        service.errors(value)

    again = web(store=service.store)

    assert [one.kind for one in again.state.memory.suppressed()] == ["cooldown"]


def test_new_rules_go_on_with_the_cooldown_and_the_incident() -> None:
    service = web()
    service.errors(0.75)
    service.advance("1s")

    again = web(COOLDOWN.replace("30m", "40m"), service.store)

    assert len(again.incidents) == 1
    assert again.state.incidents[again.only].supports == (noted(again, "firings")[-1]["id"],)
    assert noted(again, "suppressed") == []
