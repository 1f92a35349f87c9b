"""Turns over snapshots and under new rules."""

from __future__ import annotations

from interlock.rules.memory import WorkingMemory
from tests.unit.rules.given import World, fired, only, rulebase
from tests.unit.rules.turning import MINUTE, ONCE, RESTART, TELL, deploy, held


def test_turns_are_remembered():
    world = World(TELL)
    first = only(deploy(world, "r1"))
    deploy(world, "r2")
    world.resolve("deploy", service="web", revision="r1")
    world.resolve("deploy", service="web", revision="r2")
    world.reload()
    outcome = deploy(world, "r3")

    assert held(outcome) == [("r3", "cooldown", first.id, 1_000_000 + 30 * MINUTE)]
    world.reload()
    assert world.memory.next_expiry() == 1_000_000 + 30 * MINUTE
    assert only(world.wait(30 * MINUTE)).why == "r3"
    assert world.memory.dump()["marks"] == [
        ["tell", ["web"], world.memory.firings()[0].id, world.now + 30 * MINUTE]
    ]


def test_who_waits_is_remembered():
    world = World(ONCE)
    first = only(deploy(world, "r1"))
    deploy(world, "r2")
    world.reload()

    assert [(one.why, one.by) for one in world.memory.suppressed()] == [("r2", first.id)]
    assert only(world.resolve("deploy", service="web", revision="r1")).supersedes == first.id


def test_a_memory_that_holds_nothing_back_says_nothing_of_it():
    dumped = World(RESTART.replace("    cooldown: 30m\n", "")).memory.dump()

    assert "marks" not in dumped


def test_a_loser_of_a_group_has_not_fired():
    world = World(
        RESTART.replace("cooldown", "exclusive: g\n    cooldown")
        + """
  - id: first
    title: first
    exclusive: g
    salience: 5
    when: [{signal: slow, as: late}]
    then: [{start: restart, incident: "${late.service}"}]
    why: slow
"""
    )
    world.signal("slow", service="web", value=1)
    assert fired(world.error()) == []

    firing = only(world.resolve("slow", service="web", value=1))

    assert (firing.rule, firing.supersedes) == ("restart", None)
    world.resolve("error", service="web", value=9, limit=1)
    assert held(world.error())[0][1:3] == ("cooldown", firing.id)


def test_a_shadow_has_turns_as_well():
    world = World(RESTART.replace("cooldown", "status: shadow\n    cooldown"))
    world.error()
    world.resolve("error", service="web", value=9, limit=1)

    assert held(world.error())[0][1] == "cooldown"


def test_new_rules_do_not_end_a_cooldown_nor_cut_off_what_runs():
    world = World(RESTART)
    first = only(world.error())
    for service in ("db", "app"):
        world.error(service)
    world.resolve("error", service="db", value=9, limit=1)
    world.position += 1
    after = WorkingMemory(rulebase(RESTART.replace("value > 5", "value > 4")))

    outcome = after.adopt(world.memory, position=world.position, now=world.now)

    assert [one.supersedes is not None for one in outcome.firings] == [True, True]
    assert first.id in {one.supersedes for one in outcome.firings}
    world.memory = after
    assert held(world.error("db"))[0][1] == "cooldown"


def test_a_cooldown_that_began_under_other_rules_ends_in_time():
    world = World(TELL)
    deploy(world, "r1")
    world.resolve("deploy", service="web", revision="r1")
    deploy(world, "r2")
    world.position += 1
    after = WorkingMemory(rulebase(TELL.replace("title: tell", "title: told")))
    after.adopt(world.memory, position=world.position, now=world.now)
    world.memory = after
    assert [one.why for one in after.suppressed()] == ["r2"]
    assert after.next_expiry() == world.now + 30 * MINUTE

    assert only(world.wait(30 * MINUTE)).why == "r2"


def test_rules_that_count_otherwise_begin_anew():
    world = World(RESTART)
    world.error()
    world.resolve("error", service="web", value=9, limit=1)
    world.position += 1
    other = RESTART.replace("cooldown", "once_per: [err.service]\n    cooldown")
    after = WorkingMemory(rulebase(other))
    after.adopt(world.memory, position=world.position, now=world.now)
    world.memory = after

    assert fired(world.error()) == ["restart"]
