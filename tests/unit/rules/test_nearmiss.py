"""How near a rule came: condition by condition, test by test, with the values seen."""

from __future__ import annotations

import pytest

from interlock.rules import nearmiss
from interlock.rules.nearmiss import NearMiss, Verdict, near_miss
from tests.unit.rules.given import World

RULES = """
  - id: blame
    title: t
    when:
      - signal: error
        as: e
        where: [value > 5, value < 100]
      - signal: deploy
        as: d
        where: service == e.service
      - not: {fact: freeze, where: service == e.service}
    then: [{assert: blamed, set: {service: "${e.service}"}}]
    why: w
  - id: all-errors
    title: t
    status: shadow
    when: [{signal: error, as: _e}]
    then: [{advise: a}]
    why: w
  - id: ratio
    title: t
    status: shadow
    when: [{signal: error, as: e, where: value / limit > 1}]
    then: [{advise: "${e.service}"}]
    why: w
  - id: quiet
    title: t
    when:
      - {signal: deploy, as: d}
      - not: {signal: error, where: [service == d.service, value / limit > 1]}
    then: [{advise: "${d.service}"}]
    why: w
  - id: either
    title: t
    when:
      - any:
          - [{signal: error, as: x, where: value > 50}]
          - [{signal: slow, as: x, where: value > 5}]
    then: [{advise: "${x.service}"}]
    why: w
"""


@pytest.fixture
def world() -> World:
    """Everything that comes is kept: one of the rules wants it all."""
    return World(RULES)


def miss(world: World, rule: str, **wanted: str) -> NearMiss:
    return near_miss(
        world.rulebase, world.rulebase.rules[rule], world.memory.elements_of, wanted=wanted
    )


def told(found: NearMiss) -> list[tuple]:
    """Return each condition with its verdict and those of its tests."""
    return [
        (one.type, one.verdict.value, [(t.text, t.verdict.value) for t in one.tests])
        for one in found.conditions
    ]


def test_every_test_of_the_nearest_elements_is_told_with_what_it_saw(world: World) -> None:
    world.error("web", 3)
    world.signal("deploy", service="web", revision="r1")

    found = miss(world, "blame")

    assert told(found) == [
        ("error", "false", [("value > 5", "false"), ("value < 100", "true")]),
        ("deploy", "true", [("service == e.service", "true")]),
        ("freeze", "true", []),
    ]
    assert found.conditions[1].tests[0].seen == {"e.service": "web", "service": "web"}
    assert found.conditions[0].tests[0].seen == {"value": "3"}
    assert found.missed == 1


def test_what_misses_fewer_conditions_is_nearer_than_what_is_newer(world: World) -> None:
    world.error("web", 3)
    world.signal("deploy", service="web", revision="r1")
    world.error("shop", 9)
    world.error("mail", 1)

    found = miss(world, "blame")

    assert [e.row["service"] for e in found.elements] == ["shop", "web"]
    assert found.missed == 1


def test_only_the_elements_asked_for_are_looked_at(world: World) -> None:
    world.error("web", 9)
    world.error("mail", 1)

    found = miss(world, "blame", service="mail")

    assert [e.row["service"] for e in found.elements] == ["mail"]


def test_a_condition_without_any_element_is_missed_and_what_rests_on_it_is_open(
    world: World,
) -> None:
    world.signal("deploy", service="web", revision="r1")

    found = miss(world, "blame")

    assert told(found)[:2] == [
        ("error", "false", []),
        ("deploy", "open", [("service == e.service", "open")]),
    ]


def test_what_forbids_is_named(world: World) -> None:
    world.error("web", 9)
    world.signal("deploy", service="web", revision="r1")
    world.say("freeze", service="web")

    found = miss(world, "blame")

    assert [one.verdict.value for one in found.conditions] == ["true", "true", "false"]
    assert found.conditions[2].element is not None
    assert found.conditions[2].element.row["service"] == "web"


def test_what_forbids_somebody_else_does_not(world: World) -> None:
    world.error("web", 9)
    world.signal("deploy", service="web", revision="r1")
    world.say("freeze", service="mail")

    found = miss(world, "blame")

    assert (found.missed, found.conditions[2].candidates) == (0, 1)


def test_a_test_that_cannot_be_decided_is_unknown_and_neither_true_nor_false(
    world: World,
) -> None:
    world.error("web", 9, limit=0)

    found = miss(world, "ratio")

    assert told(found) == [("error", "unknown", [("value / limit > 1", "unknown")])]
    assert found.missed == 1


def test_a_negation_that_cannot_be_decided_is_unknown(world: World) -> None:
    world.signal("deploy", service="web", revision="r1")
    world.error("web", 9, limit=0)

    found = miss(world, "quiet")

    assert found.conditions[1].verdict is Verdict.UNKNOWN


def test_a_rule_that_fires_misses_nothing(world: World) -> None:
    world.error("web", 9)
    world.signal("deploy", service="web", revision="r1")

    found = miss(world, "blame")

    assert "blame" in world.rules
    assert (found.missed, found.is_complete) == (0, True)


def test_an_answer_that_left_something_out_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearmiss, "MOST_CANDIDATES", 1)
    world.error("web", 1)
    world.error("mail", 1)

    assert not miss(world, "blame").is_complete
    assert miss(world, "blame", service="web").is_complete


def test_the_branch_that_came_nearest_is_told(world: World) -> None:
    world.error("web", 9)
    world.signal("slow", service="web", value=9)

    found = miss(world, "either")

    assert (found.rule.branch, found.missed) == ("2", 0)
