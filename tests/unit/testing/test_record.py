"""``record``: what a journal tells of an incident, as a scenario that passes on its bundle."""

from __future__ import annotations

import pytest
import yaml

from interlock.engine.bundle import Bundle
from interlock.errors import NotFound
from interlock.server.cli.recording import Recorded, recorded
from interlock.testing import Answer, Harness
from interlock.testing.record import Redaction, read_incident
from tests.bundles import asking_bundle, web, web_bundle

UP = {"service": "shop", "up": True, "code": 200}
DOWN = {"service": "shop", "up": False, "code": 0}


def harness(bundle: Bundle | None = None) -> Harness:
    """Return a web service whose executors do as they are told."""
    harness = Harness(bundle or web_bundle())
    harness.script("web.restart", Answer(outputs={"pid": 7, "state": "RUNNING"}, takes_ms=1_700))
    harness.script("web.switch", Answer(outputs={"before": "r2"}))
    harness.script("web.switch_back", Answer(outputs={"before": "r1"}))
    harness.script("page.on_call", Answer())
    harness.observe("supervisord.process", {"found": True})
    harness.observe("http.look", {"status": 200})
    harness.observe("command.linked", {"to": "r2"})
    harness.signal("site.probe", service="other", up=True, code=200)
    harness.advance("7s")
    return harness


def record(of: Harness, number: int = 0) -> Recorded:
    """Record an incident of a harness, by its number."""
    told = read_incident(of.store, of.incidents[number].id)
    return recorded(told, uses=["."])


def scenario(of: Recorded) -> dict[str, object]:
    """Return the scenario written."""
    found = yaml.safe_load(of.text)["scenarios"][0]
    assert isinstance(found, dict)
    return found


def test_an_incident_that_was_healed_passes_again() -> None:
    site = harness()
    site.signal("site.probe", **DOWN)
    site.advance("8s")
    site.signal("site.probe", **UP)
    site.advance("1m")

    found = record(site)

    assert found.misses == []
    assert scenario(found)["expect"] == [
        {"started": "restart-service", "incident": "shop", "times": 1},
        {"action": "web.restart", "attempts": 1, "result": "done"},
        {
            "path": ["restarting", "watching", "resolved"],
            "machine": "restart-service",
            "incident": "shop",
        },
        {"outcome": "resolved", "machine": "restart-service", "incident": "shop"},
    ]
    assert "other" not in found.text


def test_retries_bad_looks_and_silence_are_kept() -> None:
    site = harness()
    site.script(
        "web.restart",
        Answer("timeout", code="deadline", takes_ms=5_000),
        Answer(outputs={"pid": 8, "state": "RUNNING"}),
    )
    site.observe("http.look", {"status": 502}, "refused", {"status": 200})
    site.signal("site.probe", **DOWN)
    site.advance("2m")

    found = record(site)

    assert found.misses == []
    executors = scenario(found)["executors"]
    assert isinstance(executors, dict)
    assert [sorted(one) for one in executors["web.restart"]] == [
        ["takes", "times_out"],
        ["returns", "takes"],
    ]


def test_an_undo_is_recorded_with_its_fakes() -> None:
    site = harness()
    site.signal("deploy.finished", service="shop", revision="r2", previous="r1", by="ana")
    site.advance("1m")
    for _ in range(8):
        site.signal("site.error_ratio", service="shop", value=0.625)
        site.advance("9s")

    found = record(site)

    assert found.misses == []
    assert "web.switch_back" in str(scenario(found)["executors"])
    assert "value: 0.625" in found.text


def test_what_people_did_is_kept() -> None:
    site = harness()
    site.freeze("target:shop")
    site.signal("site.probe", **DOWN)
    site.advance("5s")
    site.thaw("target:shop")
    site.command("abort", site.incidents[0].id, text="known")
    site.advance("1m")

    found = record(site)

    assert found.misses == []
    assert [
        next(k for k in one if k in ("freeze", "thaw", "signal", "command"))
        for one in scenario(found)["given"]
    ] == ["freeze", "signal", "thaw", "command"]  # type: ignore[attr-defined]


def test_answers_are_people_again() -> None:
    site = harness(asking_bundle())
    site.signal("site.probe", **DOWN)
    site.advance("5s")
    site.answer(site.incidents[0].id, "approve", "ana", roles=["web-on-call"])
    site.advance("3s")
    site.answer(site.incidents[0].id, "approve", "bo", roles=["web-on-call"], text="go")
    site.advance("1m")

    found = record(site)

    assert found.misses == []
    assert scenario(found)["humans"] == [
        {
            "on": "judging.asking",
            "after": "5s",
            "by": "ana",
            "role": ["web-on-call"],
            "choose": "approve",
        },
        {
            "on": "judging.asking",
            "after": "8s",
            "by": "bo",
            "role": ["web-on-call"],
            "choose": "approve",
            "text": "go",
        },
    ]


def test_the_bundle_that_was_active_is_the_one_it_is_tried_on() -> None:
    site = harness()
    site.signal("site.probe", **DOWN)
    site.advance("1m")
    files = web()
    files["rules.yaml"] = files["rules.yaml"].replace("site-down", "site-gone")
    later = Harness(Bundle.compile(files), store=site.store)

    told = read_incident(later.store, site.incidents[0].id)

    assert told.bundle.digest == web_bundle().digest
    assert recorded(told, uses=["."]).misses == []


def test_an_incident_nobody_knows_is_refused() -> None:
    with pytest.raises(NotFound, match="knows no incident inc-0"):
        read_incident(harness().store, "inc-0")


def test_secrets_are_taken_out_and_equal_ones_stay_equal() -> None:
    redaction = Redaction(["owner"])

    assert redaction.of("service", "shop") == "shop"
    assert redaction.of("api_key", "s3") == "redacted-1"
    assert redaction.of("password", ["s3", "s4"]) == ["redacted-1", "redacted-2"]
    assert redaction.of("owner", "ana") == "redacted-3"
    assert redaction.of("text", "see https://ana:pw@example.net") == "redacted-4"
    assert redaction.of("text", "Bearer abcdefgh123") == "redacted-5"
    assert redaction.of("token_count", 7) == 7
    assert redaction.count == 5


def test_a_redacted_incident_passes_too() -> None:
    site = harness()
    site.signal("site.probe", **DOWN)
    site.advance("1m")
    told = read_incident(site.store, site.incidents[0].id)

    found = recorded(told, uses=["."], names=["state"])

    assert found.misses == []
    assert "RUNNING" not in found.text
    assert "redacted-1" in found.text
