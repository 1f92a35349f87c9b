"""What lives in working memory, how it is replaced and when it leaves."""

import pytest

from interlock.errors import NotFound
from interlock.rules.model import NOTHING, StartMachine
from tests.unit.rules.given import START_MS, World, fired, only

ANY_ERROR = """
  - id: restart
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then: [{start: restart, incident: "${err.service}", with: {value: "${err.value}"}}]
    why: ${err.service} has ${err.value} errors
"""
ANY_DEPLOY = """
  - id: watch
    title: deploys
    when: [{signal: deploy, as: dep}]
    then: [{start: watch, incident: "${dep.service}"}]
    why: ${dep.revision} came
"""


def test_a_signal_that_meets_a_rule_fires_it_with_everything_filled_in():
    firing = only(World(ANY_ERROR).error("web", 9))

    assert firing.rule == "restart"
    assert firing.consequences == (StartMachine("restart", "web", {"value": 9}),)
    assert firing.why == "web has 9 errors"
    assert [(e.alias, e.id, e.type, e.position) for e in firing.elements] == [
        ("err", "s1", "error", 1)
    ]
    assert firing.formed_at == 1
    assert not firing.shadow
    assert firing.supersedes is None


def test_a_signal_nobody_looks_for_is_not_used():
    rules = World(ANY_ERROR).rulebase

    assert rules.uses("error")
    assert not rules.uses("slow")
    assert not rules.uses("no.such")


def test_a_signal_that_passes_no_test_is_not_kept():
    world = World(ANY_ERROR)

    assert world.error("web", 5) == NOTHING
    assert world.memory.dump()["elements"] == []


def test_a_newer_signal_replaces_the_latest_of_its_key_only():
    world = World(ANY_ERROR)
    old = only(world.error("web", 8))
    world.error("shop", 8)

    outcome = world.error("web", 9)

    assert outcome.withdrawn == (old.id,)
    assert only(outcome).supersedes == old.id
    assert world.rules == ["restart", "restart"]


def test_a_value_nobody_looks_for_withdraws_the_latest():
    world = World(ANY_ERROR)
    old = only(world.error("web", 8))

    outcome = world.error("web", 1)

    assert outcome.withdrawn == (old.id,)
    assert outcome.firings == ()
    assert world.memory.dump()["elements"] == []


def test_a_signal_that_says_the_same_refreshes_without_a_new_match():
    world = World(ANY_ERROR)
    world.error("web", 8)
    world.wait(200_000)

    assert world.error("web", 8) == NOTHING
    assert world.memory.next_expiry() == START_MS + 200_000 + 300_000
    assert [signal.at for signal, _ in world.memory.signals()] == [START_MS + 200_000]


@pytest.mark.parametrize("changed", [{"severity": "low"}, {"source": "other"}, {"limit": 2}])
def test_a_signal_that_differs_in_anything_readable_is_new(changed):
    world = World(ANY_ERROR)
    world.error("web", 8)

    assert fired(world.error("web", 8, **changed)) == ["restart"]


def test_a_signal_observed_before_the_live_one_is_ignored():
    world = World(ANY_ERROR)
    world.error("web", 8)

    assert world.error("web", 9, at=START_MS - 1) == NOTHING
    assert world.resolve("error", service="web", value=8, limit=1, at=START_MS - 1) == NOTHING
    assert world.rules == ["restart"]


def test_every_occurrence_of_a_signal_that_keeps_all_lives_on_its_own():
    world = World(ANY_DEPLOY)
    first = only(world.signal("deploy", service="web", revision="r1"))
    second = only(world.signal("deploy", service="web", revision="r1"))

    assert first.id != second.id
    assert world.rules == ["watch", "watch"]


def test_a_resolved_signal_withdraws_the_live_element_of_its_key():
    world = World(ANY_ERROR)
    firing = only(world.error("web", 8))

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert outcome.withdrawn == (firing.id,)
    assert world.rules == []


def test_a_resolved_signal_withdraws_every_occurrence_of_its_key():
    world = World(ANY_DEPLOY)
    world.signal("deploy", service="web", revision="r1")
    world.signal("deploy", service="web", revision="r1")
    world.signal("deploy", service="web", revision="r2")

    outcome = world.resolve("deploy", service="web", revision="r1")

    assert len(outcome.withdrawn) == 2
    assert world.rules == ["watch"]


def test_a_resolved_signal_never_matches():
    world = World(ANY_ERROR)

    assert world.resolve("error", service="web", value=9, limit=1) == NOTHING


def test_an_element_leaves_when_its_ttl_has_passed_and_not_before():
    world = World(ANY_ERROR)
    firing = only(world.error("web", 8))

    assert world.memory.next_expiry() == START_MS + 300_000
    assert world.wait(299_999) == NOTHING
    assert world.wait(1).withdrawn == (firing.id,)
    assert world.memory.next_expiry() is None


def test_everything_due_leaves_in_one_step():
    world = World(ANY_ERROR)
    world.error("web", 8)
    world.error("shop", 8)

    assert len(world.wait(300_000).withdrawn) == 2


BLOCKED = """
  - id: restart
    title: errors
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {fact: freeze, where: service == err.service}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_a_fact_an_operator_sets_stands_until_its_ttl_ends():
    world = World(BLOCKED)
    world.error("web", 8)

    said = world.say("freeze", service="web")

    assert [(c.id, c.fact, c.key, c.supports) for c in said.facts_asserted] == [
        ("f2.0", "freeze", ("web",), ("operator",))
    ]
    assert world.rules == []
    world.error("web", 8)
    world.wait(300_000)
    assert world.memory.next_expiry() == START_MS + 3_600_000
    lapsed = world.wait(3_300_000)
    assert [c.fact for c in lapsed.facts_retracted] == ["freeze"]


def test_a_fact_set_again_keeps_its_id_and_starts_its_ttl_anew():
    world = World(BLOCKED)
    world.say("freeze", service="web")
    world.wait(1_000_000)

    assert world.say("freeze", service="web") == NOTHING
    assert world.wait(3_000_000) == NOTHING
    assert world.facts == [("freeze", {"service": "web"})]


def test_a_fact_an_operator_takes_back_is_gone():
    world = World(BLOCKED)
    world.say("freeze", service="web")

    outcome = world.unsay("freeze", "web")

    assert [(c.id, c.supports) for c in outcome.facts_retracted] == [("f1.0", ("operator",))]
    assert world.facts == []


def test_an_undeclared_fact_and_one_nobody_set_are_refused_by_name():
    world = World(BLOCKED)

    with pytest.raises(NotFound, match="no fact 'frost' is declared"):
        world.say("frost", service="web")
    with pytest.raises(NotFound, match="no operator has set fact 'freeze'"):
        world.unsay("freeze", "web")
