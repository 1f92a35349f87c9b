"""A memory written down and taken up again."""

import pytest

from interlock.digest import canonical, decode
from interlock.errors import InvariantBroken
from interlock.rules.memory import WorkingMemory
from tests.unit.rules.given import START_MS, World, fired
from tests.unit.rules.test_conflicts import GROUP

RULES = (
    GROUP
    + """
  - id: suspect
    title: errors make a service suspect
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: ${ago(err.at)} ago
  - id: shadowed
    title: a shadow
    status: shadow
    when:
      - {fact: suspect, as: s}
      - not: {fact: freeze, where: service == s.service}
    then: [{start: restart, incident: "${s.service}"}]
    why: suspect
"""
)


def eventful() -> World:
    world = World(RULES)
    world.error("web")
    world.signal("deploy", service="web", revision="r1")
    world.say("freeze", service="shop")
    world.error("shop")
    return world


def test_what_is_loaded_dumps_to_the_same_bytes():
    world = eventful()
    before = world.memory.dump()

    world.reload()

    assert world.memory.dump() == before
    assert decode(canonical(before)) == before


def test_firings_and_facts_are_the_same_after_loading():
    world = eventful()
    firings, facts = world.memory.firings(), world.memory.facts()

    world.reload()

    assert world.memory.firings() == firings
    assert world.memory.facts() == facts


def test_a_loaded_memory_remembers_who_holds_a_group_and_who_lost():
    world = eventful()
    world.reload()

    outcome = world.resolve("error", service="web", value=9, limit=1)
    world.error("web")

    assert len(outcome.withdrawn) == 3  # restart, suspect, shadowed; roll-back lost
    assert "roll-back" in world.rules


def test_a_loaded_memory_still_expires():
    world = eventful()
    world.reload()

    assert world.memory.next_expiry() == START_MS + 300_000
    assert len(world.wait(300_000).withdrawn) > 2


def test_a_loaded_memory_does_not_fire_again_and_lets_go_of_what_was_forbidden():
    world = eventful()
    world.reload()

    assert world.error("web").firings == ()
    assert fired(world.unsay("freeze", "shop")) == ["shadowed"]


def test_ids_stay_unique_when_a_position_goes_on_after_loading():
    world = World(RULES)
    world.error("web")
    world.reload()

    world.position -= 1
    outcome = world.say("suspect", service="other", value=1)

    assert [fact.id for fact in outcome.facts_asserted] == ["f1.1"]


def test_a_snapshot_of_other_rules_is_refused():
    data = eventful().memory.dump()

    with pytest.raises(InvariantBroken, match="snapshot of rule base"):
        WorkingMemory.load(World(GROUP).rulebase, data)
