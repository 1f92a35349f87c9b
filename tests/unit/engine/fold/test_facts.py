"""What people say is the case: it stands, is taken back, ends, and decides nothing when wrong."""

from __future__ import annotations

import json

import pytest

from interlock.testing import Harness

SIGNALS = """\
interlock: signals/v1
signals:
  host.load: {key: [host], correlate: [host], ttl: 1d, fields: {host: string}}
facts:
  host.quiet: {key: [host], ttl: 1h, fields: {host: string, count: int}}
"""
RULES = """\
interlock: rules/v1
owner: team-host
rules:
  - id: loud
    title: Somebody looks at a host
    when:
      - signal: host.load
        as: load
      - not: {fact: host.quiet, where: host == load.host}
    then: [{advise: "look at ${load.host}"}]
    why: ${load.host} is loud
"""


@pytest.fixture
def harness() -> Harness:
    return Harness({"signals.yaml": SIGNALS, "rules.yaml": RULES})


def decisions(harness: Harness) -> list[dict[str, object]]:
    entries = [json.loads(line)["entry"] for line in harness.export().splitlines()]
    return [one for one in entries if one["kind"] == "decision"]


def fired(harness: Harness) -> list[str]:
    return [one["rule"] for decision in decisions(harness) for one in decision.get("firings", ())]


def refusals(harness: Harness) -> list[str]:
    return [one["reason"] for d in decisions(harness) for one in d.get("inadmissible", ())]


def test_what_a_person_says_forbids_a_rule(harness: Harness) -> None:
    harness.say("host.quiet", host="a", count=1)
    harness.signal("host.load", host="a")
    harness.signal("host.load", host="b")

    assert ["loud"] == fired(harness)


def test_what_is_taken_back_forbids_nothing_any_more(harness: Harness) -> None:
    harness.say("host.quiet", host="a", count=1)
    harness.signal("host.load", host="a")
    assert [] == fired(harness)

    harness.take_back("host.quiet", host="a")

    assert ["loud"] == fired(harness)


def test_what_a_person_says_ends_with_its_ttl(harness: Harness) -> None:
    harness.say("host.quiet", host="a", count=1)
    harness.signal("host.load", host="a")

    harness.advance("2h")

    assert ["loud"] == fired(harness)


@pytest.mark.parametrize(
    ("fact", "values", "reason"),
    [
        ("host.quite", {"host": "a", "count": 1}, "did you mean 'host.quiet'?"),
        ("host.quiet", {"host": "a"}, "field 'count': expected int, found nothing"),
        ("host.quiet", {"host": "a", "count": "x"}, "field 'count': expected int, found text 'x'"),
        ("host.quiet", {"host": "a", "count": 1, "hots": "a"}, "did you mean 'host'?"),
    ],
)
def test_what_is_not_as_declared_decides_nothing_and_is_noted(
    harness: Harness, fact: str, values: dict[str, object], reason: str
) -> None:
    harness.say(fact, **values)  # type: ignore[arg-type]  # that is the fault

    (found,) = refusals(harness)
    assert reason in found


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ({"host": "b"}, "no operator has set fact 'host.quiet' for this key"),
        ({}, "field 'host': expected string, found nothing"),
        ({"host": "a", "count": 1}, "its key alone takes it back"),
    ],
)
def test_what_nobody_said_cannot_be_taken_back(
    harness: Harness, key: dict[str, object], reason: str
) -> None:
    harness.say("host.quiet", host="a", count=1)

    harness.take_back("host.quiet", **key)  # type: ignore[arg-type]

    (found,) = refusals(harness)
    assert reason in found
