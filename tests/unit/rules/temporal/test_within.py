"""``not … within``: something happened, and what should follow did not come in time."""

from __future__ import annotations

import pytest

from interlock.rules.wording import worded
from tests.unit.rules.given import START_MS, World, findings, fired, only

STUCK = """
  - id: stuck
    title: a release after which nothing got fast
    when:
      - {signal: deploy, as: dep}
      - not: {signal: slow, where: [service == dep.service, value < 5], within: 10m}
    then: [{start: look, incident: "${dep.service}"}]
    why: ${dep.revision} since ${dep.since}
"""


@pytest.fixture
def world() -> World:
    world = World(STUCK)
    world.signal("deploy", service="web", revision="r1")
    return world


def test_what_does_not_follow_in_time_fires_the_rule(world: World):
    assert fired(world.wait(599_999)) == []

    firing = only(world.wait(1))

    assert firing.why == "r1 since 1970-01-01T00:16:40Z"
    assert [root.id for root in world.memory.roots(firing.elements[0].id, world.now)] == ["s1"]


def test_what_follows_in_time_keeps_the_rule_from_firing(world: World):
    world.wait(599_999)
    world.signal("slow", service="web", value=1)

    assert fired(world.wait(1_000_000)) == []


@pytest.mark.parametrize(("service", "value"), [("shop", 1), ("web", 9)])
def test_what_is_about_something_else_is_no_answer(world: World, service: str, value: int):
    world.signal("slow", service=service, value=value)

    assert fired(world.wait(600_000)) == ["stuck"]


def test_what_comes_at_the_very_moment_or_later_is_too_late(world: World):
    world.wait(600_000)
    world.signal("slow", service="web", value=1)

    assert world.rules == ["stuck"]


@pytest.mark.parametrize(("late_ms", "rules"), [(0, []), (1, ["stuck"])])
def test_what_was_observed_in_time_while_nobody_was_there_is_an_answer(
    world: World, late_ms: int, rules: list[str]
):
    """Control: what was observed too late is none, whoever was there."""
    observed = world.now + 599_999 + late_ms
    world.now += 700_000
    world.memory.put_off(now=world.now, until=world.now + 30_000)
    world.reload()
    world.wait(29_999)

    world.signal("slow", service="web", value=1, at=observed)
    world.wait(1)

    assert world.rules == rules


def test_what_was_observed_in_time_and_comes_late_is_no_answer_when_somebody_was_there(
    world: World,
):
    observed = world.now + 1
    world.wait(600_000)
    world.signal("slow", service="web", value=1, at=observed)

    assert world.rules == ["stuck"]


def test_what_came_before_is_no_answer():
    world = World(STUCK)
    world.signal("slow", service="web", value=1)
    world.wait(1)
    world.signal("deploy", service="web", revision="r1")

    assert fired(world.wait(600_000)) == ["stuck"]


def test_what_was_delivered_before_and_observed_after_is_one():
    world = World(STUCK)
    world.signal("slow", service="web", value=1)
    world.signal("deploy", service="web", revision="r1", at=START_MS - 1_000)

    assert fired(world.wait(600_000)) == []


def test_what_is_only_said_again_is_an_answer():
    world = World(STUCK)
    world.signal("slow", service="web", value=1)
    world.wait(1)
    world.signal("deploy", service="web", revision="r1")
    world.wait(1)
    world.signal("slow", service="web", value=1)

    assert fired(world.wait(600_000)) == []


def test_every_occurrence_waits_for_its_own_answer(world: World):
    world.signal("slow", service="web", value=1)
    world.wait(60_000)
    world.signal("deploy", service="web", revision="r2")

    assert [f.why.split()[0] for f in world.wait(600_000).firings] == ["r2"]


def test_an_answer_that_cannot_be_told_from_one_is_one():
    world = World(STUCK.replace("value < 5", "value / (value - 8) == 0"))
    world.signal("deploy", service="web", revision="r1")

    outcome = world.signal("slow", service="web", value=8)

    assert [(one.rule, one.alias) for one in outcome.unknowns] == [("stuck", "not")]
    assert fired(world.wait(600_000)) == []


def test_a_fact_can_be_waited_for_and_can_wait():
    world = World(
        """
  - id: stuck
    title: a freeze nobody explained
    when:
      - {fact: freeze, as: ice}
      - not: {fact: blamed, where: service == ice.service, within: 2m}
    then: [{start: look, incident: "${ice.service}"}]
    why: frozen
"""
    )
    world.say("freeze", service="web")
    world.say("freeze", service="shop")
    world.wait(60_000)
    world.say("blamed", service="web")

    assert [f.consequences[0].incident for f in world.wait(60_000).firings] == ["shop"]


def test_a_state_that_changes_keeps_waiting_and_stays_answered():
    world = World(
        STUCK.replace("signal: deploy", "signal: error").replace("dep.revision", "dep.at")
    )
    world.error("web", 1)
    world.error("shop", 1)
    world.signal("slow", service="web", value=1)
    for value in (2, 3, 4):
        world.wait(200_000)
        world.error("web", value)
        outcome = world.error("shop", value)
    assert [f.consequences[0].incident for f in world.memory.firings()] == ["shop"]
    assert outcome.firings[0].supersedes is not None


def test_for_and_within_must_both_be_over():
    text = STUCK.replace("as: dep}", "as: dep, for: 12m}")
    world = World(text)
    world.signal("deploy", service="web", revision="r1")

    assert fired(world.wait(719_999)) == []
    assert fired(world.wait(1)) == ["stuck"]


def test_a_memory_dumped_and_loaded_goes_on_waiting(world: World):
    world.signal("deploy", service="shop", revision="r1")
    world.signal("slow", service="web", value=1)
    world.reload()

    assert [run.get("answered") for run in world.memory.dump()["runs"]] == [True, None]
    assert [f.consequences[0].incident for f in world.wait(600_000).firings] == ["shop"]


RULE = """\
interlock: rules/v1
rules:
  - id: stuck
    title: stuck
    when:
      - signal: deploy
        as: dep
      - not:
          signal: slow
          where: service == dep.service
          within: 10m
    then:
      - start: look
        incident: ${dep.service}
    why: since ${dep.since}
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("10m", "59m", None, id="clean"),
        pytest.param(
            "10m",
            "1h",
            "r:7:13: error [RV322] an occurrence of 'deploy' is gone after its ttl of 1h"
            " (write a shorter for, or raise the ttl)",
            id="longer than it lives",
        ),
        pytest.param(
            "service == dep.service",
            "value < 5",
            "r:11:19: error [RV327] within counts from the one signal or fact that where reads,"
            " and it reads none (equate a field with one, such as service == deploy.service)",
            id="after what",
        ),
    ],
)
def test_faults_of_a_wait(old: str, new: str, found: str | None):
    assert old in RULE
    assert findings(RULE.replace(old, new)) == ([found] if found else [])


def test_a_fact_that_follows_from_its_own_absence_is_refused():
    text = RULE.replace("signal: slow", "fact: blamed").replace(
        "start: look\n        incident: ${dep.service}",
        'assert: blamed\n        set: {service: "${dep.service}"}',
    )

    assert any("RV343" in one for one in findings(text))


def test_a_wait_can_be_said_in_words():
    (pattern,) = World(STUCK).rulebase.rules["stuck"].patterns

    assert worded(pattern, []) == (
        "signal deploy as dep without signal slow where value < 5 && service == dep.service"
        " within 10m"
    )
