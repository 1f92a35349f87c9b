"""``absent`` with the rest of the language: joins, facts, branches, other rules and fuel."""

from __future__ import annotations

from interlock.rules.wording import worded
from tests.unit.rules.given import START_MS, World, fired, only, rulebase
from tests.unit.rules.temporal.silence import SILENT, TESTED, incidents

JOINED = """
  - id: silent-and-slow
    title: nobody hears of a slow service
    when:
      - {signal: slow, as: slow}
      - absent: {signal: error, key: {service: [web, shop]}, for: 3m}
        as: gap
      - {signal: deploy, as: dep, where: [service == gap.service, at < gap.since]}
      - not: {fact: freeze, where: service == gap.service}
    then: [{start: look, incident: "${gap.service}"}]
    why: ${slow.service} ${dep.revision}
"""


def test_it_joins_with_what_stands_before_and_after_it():
    world = World(JOINED)
    world.signal("deploy", service="web", revision="r1", at=START_MS - 1)
    world.signal("slow", service="other", value=1)

    firing = only(world.wait(180_000))

    assert firing.why == "other r1"
    assert world.say("freeze", service="web").withdrawn == (firing.id,)
    assert fired(world.unsay("freeze", "web")) == ["silent-and-slow"]
    assert len(world.error("web").withdrawn) == 1


def test_two_absences_of_one_signal_do_not_hear_for_each_other():
    world = World(
        SILENT
        + SILENT.replace("id: silent", "id: longer")
        .replace("[web, shop]", "shop")
        .replace("for: 3m", "for: 4m")
    )
    world.wait(180_000)
    assert world.rules == ["silent", "silent"]
    world.wait(60_000)
    assert world.rules == ["longer", "silent", "silent"]

    world.error("shop")

    assert world.rules == ["silent"]


def test_what_another_rule_listens_for_is_not_matched_by_this_one():
    world = World(SILENT + SILENT.replace("id: silent", "id: other").replace("web, shop", "cellar"))
    world.wait(180_000)

    assert world.rules == ["other", "silent", "silent"]
    assert len({one.elements[0].type for one in world.memory.firings()}) == 1


def test_a_fact_from_an_absence_stands_as_long_as_it_lasts():
    world = World(
        SILENT.replace(
            '{start: look, incident: "${gap.service}"}',
            '{assert: blamed, set: {service: "${gap.service}"}}',
        )
    )
    world.wait(180_000)
    (fact, *_) = world.memory.facts()

    assert [dict(one.fields)["service"] for one in world.memory.facts()] == ["shop", "web"]
    (root,) = world.memory.roots(fact.id, world.now + 5)
    assert (root.type, root.said_at) == ("error", world.now + 5)
    world.error("web")
    assert [dict(one.fields)["service"] for one in world.memory.facts()] == ["shop"]


def test_it_is_one_branch_of_an_any():
    world = World(
        """
  - id: bad
    title: t
    when:
      - any:
          - - {signal: error, as: it, where: value > 5}
          - - absent: {signal: error, key: {service: web}, for: 3m}
              as: it
    then: [{start: look, incident: "${it.service}"}]
    why: bad
"""
    )
    world.error("web", 1)
    assert fired(world.wait(180_000)) == ["bad"]
    assert fired(world.error("web", 9)) == ["bad"]
    assert world.memory.firings()[0].branch == "1"


def test_more_values_than_one_step_may_fire_for_are_missed_all_the_same():
    listed = ", ".join(f"s{n}" for n in range(50))
    world = World(SILENT.replace("web, shop", listed), fuel=3)

    outcome = world.wait(180_000)

    assert len(outcome.firings) == 50
    assert not outcome.fuel_exhausted


def test_it_reads_as_its_author_would_say_it():
    rules = TESTED.replace("for: 3m", "for: 3m, after_start: 5m")
    (pattern,) = rulebase(rules).rules["silent"].patterns

    assert worded(pattern, []) == (
        'no error with previous == "up" && has(previous) by service as gap'
        ' where service in ["shop", "web"] for 3m after 5m'
    )


def test_a_step_that_is_taken_back_has_heard_nothing_twice():
    """Who runs out of fuel hears what came all the same, once."""
    loop = """
  - id: loop
    title: t
    when: [{signal: error, as: e}]
    then: [{assert: number, set: {n: "${e.value}"}}]
    why: x
  - id: more
    title: t
    when: [{fact: number, as: old}]
    then: [{assert: number, set: {n: "${old.n + 1}"}}]
    why: x
"""
    world = World(SILENT + loop, fuel=20)
    world.wait(60_000)
    outcome = world.error("web")
    assert outcome.fuel_exhausted

    world.wait(120_000)
    assert incidents(world) == ["shop"]
    assert [one.since for one in world.memory._state.lulls if one.values == ("web",)] == [
        START_MS + 60_000
    ]
