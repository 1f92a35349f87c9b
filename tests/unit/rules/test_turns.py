"""``once_per`` and ``cooldown``: what a rule does not do again, and what it does not cut off."""

from __future__ import annotations

import pytest

from tests.unit.rules.given import World, findings, fired, only
from tests.unit.rules.turning import MINUTE, ONCE, RESTART, deploy, held


def test_a_rule_fires_for_other_values_at_any_time():
    world = World(RESTART)

    assert fired(world.error("web")) == ["restart"]
    assert fired(world.error("db")) == ["restart"]


def test_within_its_cooldown_a_rule_does_not_fire_again_for_the_same():
    world = World(RESTART)
    firing = only(world.error())
    until = world.now + 30 * MINUTE
    world.resolve("error", service="web", value=9, limit=1)
    world.wait(MINUTE)

    outcome = world.error(value=8)

    assert fired(outcome) == []
    assert held(outcome) == [("web 8", "cooldown", firing.id, until)]


def test_what_is_held_back_fires_when_the_cooldown_is_over_if_it_still_matches():
    world = World(RESTART)
    world.error()
    world.resolve("error", service="web", value=9, limit=1)
    for _ in range(6):
        world.wait(4 * MINUTE)
        assert fired(world.error(value=8)) == []
    assert world.memory.next_expiry() == world.now + 5 * MINUTE
    world.error(value=7)
    world.wait(4 * MINUTE)
    world.error(value=7)

    assert world.memory.next_expiry() == 1_000_000 + 30 * MINUTE
    second = only(world.wait(2 * MINUTE))
    assert (second.why, second.supersedes) == ("web 7", None)


def test_what_no_longer_matches_then_does_not_fire():
    world = World(RESTART)
    world.error()
    world.resolve("error", service="web", value=9, limit=1)
    world.error(value=8)
    world.resolve("error", service="web", value=8, limit=1)

    assert world.wait(31 * MINUTE).firings == ()


def test_after_the_cooldown_it_fires_at_once():
    world = World(RESTART)
    world.error()
    world.wait(30 * MINUTE)

    assert fired(world.error()) == ["restart"]


def test_a_refreshed_match_goes_on_and_does_nothing_again():
    world = World(RESTART)
    first = only(world.error(value=9))

    outcome = world.error(value=8)

    second = only(outcome)
    assert (second.supersedes, outcome.withdrawn) == (first.id, (first.id,))
    assert outcome.suppressed == ()


def test_a_refreshed_match_does_not_begin_the_cooldown_anew():
    world = World(RESTART)
    first = only(world.error(value=9))
    world.wait(4 * MINUTE)
    world.error(value=8)
    world.resolve("error", service="web", value=8, limit=1)

    (one,) = world.error(value=7).suppressed
    assert (one.by, one.until) == (first.id, 1_000_000 + 30 * MINUTE)


def test_a_match_that_goes_on_advises_nobody_again():
    world = World("""
  - id: tell
    title: tell
    once_per: [err.service]
    when: [{signal: error, as: err}]
    then:
      - advise: ${err.value} errors
      - assert: blamed
        set: {service: "${err.service}"}
    why: ${err.value}
""")
    first = only(world.error(value=9))

    outcome = world.error(value=8)

    second = only(outcome)
    assert second.supersedes == first.id
    assert [type(one).__name__ for one in second.consequences] == ["AssertFact"]
    assert (outcome.facts_asserted, outcome.facts_retracted) == ((), ())


def test_what_a_refreshed_match_asserts_is_asserted_although_it_changed():
    world = World("""
  - id: suspect
    title: suspect
    cooldown: 30m
    when: [{signal: error, as: err}]
    then: [{assert: suspect, set: {service: "${err.service}", value: "${err.value}"}}]
    why: suspect
""")
    world.error(value=9)
    world.error(value=8)

    assert world.facts == [("suspect", {"service": "web", "value": 8})]


def test_what_is_held_back_asserts_nothing():
    world = World("""
  - id: suspect
    title: suspect
    cooldown: 30m
    when: [{signal: error, as: err}]
    then: [{assert: suspect, set: {service: "${err.service}", value: "${err.value}"}}]
    why: suspect
""")
    world.error(value=9)
    world.resolve("error", service="web", value=9, limit=1)
    world.error(value=8)

    assert world.facts == []


def test_a_match_for_another_incident_does_not_go_on_with_a_turn():
    world = World(RESTART.replace("cooldown", "once_per: [err.limit]\n    cooldown"))
    first = only(world.error("web"))
    assert held(world.error("db"))[0][1:3] == ("once_per", first.id)

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert (fired(outcome), outcome.withdrawn) == ([], (first.id,))
    assert held(outcome) == [("db 9", "cooldown", first.id, 1_000_000 + 30 * MINUTE)]


def test_of_several_matches_one_fires():
    world = World(ONCE)
    first = only(deploy(world, "r1"))

    assert held(deploy(world, "r2")) == [("r2", "once_per", first.id, None)]
    assert fired(deploy(world, "r3", "db")) == ["tell"]
    assert [one.why for one in world.memory.suppressed()] == ["r2"]


def test_of_several_matches_in_one_step_the_first_on_the_agenda_fires():
    world = World("""
  - id: pair
    title: pair
    once_per: [dep.service]
    when: [{signal: deploy, as: dep}, {signal: error, as: err, where: service == dep.service}]
    then: [{advise: "${dep.revision}"}]
    why: ${dep.revision}
""")
    deploy(world, "r1")
    deploy(world, "r2")

    outcome = world.error()

    assert [one.why for one in outcome.firings] == ["r1"]
    assert [one.why for one in outcome.suppressed] == ["r2"]


def test_when_the_one_that_fired_ends_the_next_goes_on_in_the_same_step():
    world = World(ONCE)
    first = only(deploy(world, "r1"))
    deploy(world, "r2")

    outcome = world.resolve("deploy", service="web", revision="r1")

    assert only(outcome).supersedes == first.id
    assert only(outcome).consequences == ()
    assert outcome.suppressed == ()


def test_once_per_without_a_cooldown_ends_with_the_firing():
    world = World(ONCE)
    deploy(world, "r1")
    world.resolve("deploy", service="web", revision="r1")

    assert fired(deploy(world, "r2")) == ["tell"]


def test_a_value_that_is_not_known_keeps_the_rule_from_firing():
    world = World(RESTART.replace("cooldown", "once_per: [err.value / err.limit]\n    cooldown"))

    outcome = world.error(limit=0)

    assert (outcome.firings, outcome.suppressed) == ((), ())
    assert [one.alias for one in outcome.unknowns] == ["once_per"]


def test_a_step_that_gives_up_gives_nobody_a_turn():
    world = World(
        ONCE
        + """
  - id: count
    title: count
    when: [{fact: number, as: x}]
    then: [{assert: number, set: {n: "${x.n + 1}"}}]
    why: count
  - id: begin
    title: begin
    when: [{signal: slow, as: _late}, {not: {signal: deploy, where: revision == "r1"}}]
    then: [{assert: number, set: {n: 0}}]
    why: begin
""",
        fuel=50,
    )
    deploy(world, "r1")
    deploy(world, "r2")
    world.signal("slow", service="web", value=1)

    outcome = world.resolve("deploy", service="web", revision="r1")

    assert (outcome.fuel_exhausted, outcome.firings) == (True, ())
    assert [one.why for one in world.memory.suppressed()] == ["r2"]


WRITTEN = """\
interlock: rules/v1
rules:
  - id: r
    title: r
    when: [{signal: error, as: err}]
    then: [{advise: "${err.service}"}]
    why: r
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("once_per: [err.revision]", "r:8:20: error [RV201] 'err' has no field 'revision'"),
        ("once_per: [err.previous]", "r:8:16: error [RV204]"),
        ("once_per: [err.service +]", "r:8:"),
        ("once_per: []", None),
        ("cooldown: 0s", "r:8:15: error [RV110]"),
        ("cooldown: 5", "r:8:15: error [RV120]"),
        ("cooldown: 5m", "r:8:15: error [RV352] cooldown of a rule that only advises"),
        ("once_per: err.service\n    cooldown: 5m", None),
    ],
)
def test_faults_are_reported_at_their_place(words: str, found: str | None):
    reported = findings(WRITTEN + f"    {words}\n")

    assert (reported == []) if found is None else reported[0].startswith(found), reported


def test_a_name_that_only_once_per_reads_is_read():
    plain = WRITTEN.replace("${err.service}", "look")

    assert any("RV213" in one for one in findings(plain))
    assert findings(plain + "    once_per: [err.service]\n") == []


def test_a_match_that_goes_over_to_another_branch_keeps_its_turn():
    world = World("""
  - id: either
    title: either
    once_per: ["1"]
    when:
      - any:
          - - {signal: error, as: bad}
            - {not: {fact: freeze, where: service == bad.service}}
          - - {signal: error, as: bad}
            - {not: {fact: blamed, where: service == bad.service}}
    then: [{advise: "${bad.service}"}]
    why: ${bad.service}
""")
    world.say("freeze", service="web")
    world.say("blamed", service="web")
    world.error("web")
    second = only(world.error("db"))
    assert [one.why for one in world.unsay("freeze", "web").suppressed] == ["web"]

    outcome = world.say("freeze", service="db")

    assert (outcome.firings, outcome.withdrawn) == ((), ())
    (firing,) = world.memory.firings()
    assert (firing.id, firing.branch) == (second.id, "2")
