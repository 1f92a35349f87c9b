"""``for``: a pattern matches once its tests have held without a break for so long."""

from __future__ import annotations

import pytest

from interlock.rules.model import Basis
from interlock.rules.temporal.derived import ORIGIN
from tests.unit.rules.given import START_MS, World, fired, only

BURNING = """
  - id: burning
    title: errors for two minutes
    when: [{signal: error, as: err, where: value > 5, for: 2m}]
    then: [{start: restart, incident: "${err.service}"}]
    why: ${err.service} has ${err.value} errors since ${err.since}
"""
SUSPECTED = """
  - id: suspect
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: "${err.value}"}}]
    why: errors
  - id: burning
    title: suspect for two minutes
    when: [{fact: suspect, as: s, where: value > 6, for: 2m}]
    then: [{start: restart, incident: "${s.service}"}]
    why: ${s.value} since ${s.since}
"""


def test_a_pattern_matches_when_it_has_held_for_so_long_and_tells_since_when():
    world = World(BURNING)
    world.error(value=8)
    world.wait(60_000)
    world.error(value=9)

    assert fired(world.wait(59_999)) == []
    firing = only(world.wait(1))

    assert firing.why == "web has 9 errors since 1970-01-01T00:16:40Z"
    (ref,) = firing.elements
    assert (ref.id, ref.type, ref.position, firing.formed_at) == ("t5.0", "error", 5, 5)
    assert ref.basis == Basis("for", START_MS, (("s3", "error", 3),))


def test_time_is_due_when_the_run_is_long_enough():
    world = World(BURNING)
    world.error(value=8)

    assert world.memory.next_expiry() == START_MS + 120_000


def test_a_sample_that_fails_begins_the_run_anew():
    world = World(BURNING)
    world.error(value=8)
    world.wait(100_000)
    world.error(value=1)
    world.error(value=8)

    assert fired(world.wait(119_999)) == []
    assert only(world.wait(1)).elements[0].basis == Basis(
        "for", START_MS + 100_000, (("s4", "error", 4),)
    )


def test_a_test_that_cannot_be_decided_breaks_the_run_and_is_reported():
    world = World(BURNING.replace("value > 5", "value / limit > 5"))
    world.error(value=8)
    world.wait(60_000)

    outcome = world.error(value=8, limit=0)

    assert [(one.rule, one.alias, one.element) for one in outcome.unknowns] == [
        ("burning", "err", "s3")
    ]
    assert fired(world.wait(60_000)) == []


@pytest.mark.parametrize("end", ["ttl", "resolved"])
def test_what_ends_the_sample_ends_the_run(end):
    world = World(BURNING.replace("2m", "6m"))
    world.error(value=8)
    if end == "ttl":
        world.wait(300_000)
    else:
        world.resolve("error", service="web", value=8, limit=1)
    world.error(value=8)

    assert world.memory.next_expiry() == world.now + 300_000
    world.wait(200_000)
    world.error(value=8)
    assert fired(world.wait(159_999)) == []
    assert fired(world.wait(1)) == ["burning"]


def test_what_ends_at_the_very_moment_it_would_be_long_enough_has_ended():
    world = World(BURNING.replace("2m", "5m"))
    world.error(value=8)

    assert fired(world.wait(300_000)) == []
    assert world.memory.next_expiry() is None


def test_the_same_said_again_keeps_the_run_and_its_ttl_going():
    world = World(BURNING.replace("2m", "8m"))
    world.error(value=8)
    world.wait(240_000)
    world.error(value=8)

    assert only(world.wait(240_000)).elements[0].basis == Basis(
        "for", START_MS, (("s1", "error", 1),)
    )


def test_a_newer_sample_keeps_the_run_and_supersedes_the_firing():
    world = World(BURNING)
    world.error(value=8)
    old = only(world.wait(120_000))

    new = only(world.error(value=9))

    assert new.supersedes == old.id
    assert new.why == "web has 9 errors since 1970-01-01T00:16:40Z"


def test_a_match_goes_with_the_run():
    world = World(BURNING)
    world.error(value=8)
    firing = only(world.wait(120_000))

    assert world.error(value=1).withdrawn == (firing.id,)
    assert world.memory.next_expiry() is None


def test_every_key_has_a_run_of_its_own():
    world = World(BURNING)
    world.error("web", 8)
    world.wait(60_000)
    world.error("shop", 8)

    assert [f.consequences[0].incident for f in world.wait(60_000).firings] == ["web"]
    assert [f.consequences[0].incident for f in world.wait(60_000).firings] == ["shop"]


def test_every_occurrence_is_a_run_of_its_own():
    world = World(
        BURNING.replace("signal: error", "signal: deploy")
        .replace("value > 5", "revision != ''")
        .replace("err.value", "err.revision")
    )
    world.signal("deploy", service="web", revision="r1")
    world.wait(60_000)
    world.signal("deploy", service="web", revision="r1")

    assert len(world.wait(60_000).firings) == 1
    assert len(world.wait(60_000).firings) == 1


def test_rules_that_ask_for_the_same_share_a_run():
    twice = BURNING + BURNING.replace("id: burning", "id: again")
    world = World(twice)
    world.error(value=8)

    assert [f.elements[0].id for f in world.wait(120_000).firings] == ["t2.0", "t2.0"]
    assert len(world.memory.dump()["runs"]) == 1


def test_a_fact_lasts_through_changes_that_pass():
    world = World(SUSPECTED)
    world.error(value=8)
    world.wait(60_000)
    world.error(value=9)

    firing = only(world.wait(60_000))

    assert firing.why == "9 since 1970-01-01T00:16:40Z"
    assert firing.elements[0].basis == Basis("for", START_MS, (("f3.0", "suspect", 3),))


def test_a_fact_that_fails_or_falls_ends_its_run():
    world = World(SUSPECTED)
    world.error(value=8)
    world.wait(60_000)
    world.error(value=6)
    world.error(value=8)
    world.wait(60_000)
    assert world.rules == ["suspect"]

    firing = only(world.wait(60_000))

    assert firing.id in world.error(value=0).withdrawn
    assert world.rules == []


def test_a_negation_does_not_count_the_sample_a_run_stands_on():
    world = World(
        """
  - id: lonely
    title: the only error
    when:
      - {signal: error, as: err, where: value > 5, for: 2m}
      - not: {signal: error, where: value > 5}
    then: [{start: restart, incident: "${err.service}"}]
    why: alone
"""
    )
    world.error("web", 8)
    firing = only(world.wait(120_000))

    assert world.error("shop", 8).withdrawn == (firing.id,)


def test_a_run_and_its_own_sample_are_not_two_elements():
    world = World(
        """
  - id: both
    title: two errors, one of them for long
    when:
      - {signal: error, as: one, where: value > 5}
      - {signal: error, as: two, where: [value > 5, limit == one.limit], for: 2m}
    then: [{start: restart, incident: "${one.service} ${two.service}"}]
    why: both
"""
    )
    world.error("web", 8)
    assert fired(world.wait(120_000)) == []

    assert only(world.error("shop", 8)).consequences[0].incident == "shop web"


def test_a_memory_dumped_and_loaded_goes_on_watching():
    world = World(BURNING)
    world.error(value=8)
    world.wait(60_000)
    world.reload()
    firing = only(world.wait(60_000))
    world.reload()

    assert world.memory.dump()["runs"][0]["held"] == "t3.0"
    assert [one.why for one in world.memory.firings()] == [firing.why]
    assert world.error(value=1).withdrawn == (firing.id,)


def test_a_memory_without_the_word_is_dumped_as_ever():
    world = World(BURNING.replace(", for: 2m", "").replace("${err.since}", "then"))
    world.error(value=8)

    assert "runs" not in world.memory.dump()


def test_a_chain_given_up_leaves_the_run_as_it_was():
    endless = """
  - id: count
    title: a chain
    when: [{signal: error, as: err, where: value > 5, for: 2m}]
    then: [{assert: number, set: {n: "${err.value}"}}]
    why: ${err.since}
  - id: count-on
    title: more
    when: [{fact: number, as: number}]
    then: [{assert: number, set: {n: "${number.n + 1}"}}]
    why: more
"""
    world = World(endless, fuel=20)
    world.error(value=8)

    assert world.wait(120_000).fuel_exhausted
    assert world.memory.dump()["runs"][0]["held"] is not None
    assert world.memory.next_expiry() == START_MS + 300_000


def test_what_stands_for_a_run_rests_on_its_sample():
    world = World(BURNING)
    world.error(value=8)
    (ref,) = only(world.wait(120_000)).elements

    assert [root.id for root in world.memory.roots(ref.id, world.now)] == ["s1"]


def test_the_second_engine_is_shown_the_run_as_an_element():
    world = World(BURNING, evaluations=True)
    world.error(value=8)
    (evaluation,) = world.wait(120_000).evaluations

    (row,) = evaluation.facts
    assert row.type != "error"
    assert (row.id, row.fields["since"], row.fields[ORIGIN]) == ("t2.0", START_MS, "s1")
    assert evaluation.matches == (("burning", ("t2.0",)),)


def test_what_would_have_come_due_while_nobody_was_there_can_be_put_off():
    world = World(BURNING)
    world.error(value=8)
    world.now += 200_000
    world.memory.put_off(now=world.now, until=world.now + 30_000)

    assert world.memory.next_expiry() == world.now + 30_000
    assert fired(world.wait(29_999)) == []
    assert only(world.wait(1)).elements[0].basis.since == START_MS
