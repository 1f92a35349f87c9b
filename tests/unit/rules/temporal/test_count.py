"""``count``: a number of signals within a window, by what they are joined by."""

from __future__ import annotations

import pytest

from interlock.rules.model import Basis
from tests.unit.rules.given import START_MS, World, findings, fired, only

RELEASES = """
  - id: many
    title: releases
    when:
      - {signal: error, as: err, where: value > 5}
      - count: {signal: deploy, where: service == err.service, over: 5m}
        as: releases
        where: releases >= 2
    then: [{assert: suspect, set: {service: "${err.service}", value: "${releases}"}}]
    why: ${releases} releases of ${err.service}, twice that is ${releases * 2}
"""
SLOW = """
  - id: many
    title: slow
    when:
      - count: {signal: slow, where: value > 5, over: 2m}
        as: slow_ones
        where: slow_ones >= 2
    then: [{start: look, incident: all}]
    why: ${slow_ones} are slow
"""


def deployed(world: World, revision: str, service: str = "web"):
    return world.signal("deploy", service=service, revision=revision)


@pytest.fixture
def world() -> World:
    world = World(RELEASES, evaluations=True)
    world.error("web", 8)
    return world


def test_a_rule_fires_when_there_are_enough_and_says_how_many(world: World):
    assert fired(deployed(world, "r1")) == []

    firing = only(deployed(world, "r2"))

    assert firing.why == "2 releases of web, twice that is 4"
    assert firing.elements[1].type == "deploy"
    assert firing.elements[1].basis == Basis(
        "count", START_MS, (("s2", "deploy", 2), ("s3", "deploy", 3)), 2
    )
    assert world.facts == [("suspect", {"service": "web", "value": 2})]


def test_what_is_joined_is_counted_apart(world: World):
    deployed(world, "r1")

    assert fired(deployed(world, "r1", "shop")) == []


def test_a_signal_counts_for_as_long_as_the_window(world: World):
    deployed(world, "r1")
    world.wait(200_000)
    world.error("web", 8)
    firing = only(deployed(world, "r2"))

    assert world.wait(99_999).withdrawn == ()
    assert world.wait(1).withdrawn == (firing.id,)


def test_a_number_that_changes_is_another_firing(world: World):
    deployed(world, "r1")
    old = only(deployed(world, "r2"))

    new = only(deployed(world, "r3"))

    assert new.why.startswith("3 ")
    assert [firing.id for firing in world.memory.firings()] == [new.id] != [old.id]


@pytest.mark.parametrize(("revisions", "number"), [(["r1", "r1"], 1), (["r1", "r2", "r1"], 2)])
def test_distinct_counts_values(revisions: list[str], number: int):
    world = World(RELEASES.replace("over: 5m", "over: 5m, distinct: revision"))
    world.error("web", 8)
    for revision in revisions:
        deployed(world, revision)

    assert [f.elements[1].basis.count for f in world.memory.firings()] == [number] * (number > 1)


def test_a_distinct_value_that_stays_changes_nothing():
    world = World(RELEASES.replace("over: 5m", "over: 5m, distinct: revision"))
    world.error("web", 8)
    for revision in ["r1", "r2"]:
        deployed(world, revision)

    assert deployed(world, "r1").firings == ()


def test_what_was_observed_too_long_ago_does_not_count(world: World):
    deployed(world, "r1")

    late = world.signal("deploy", service="web", revision="r2", at=world.now - 300_000)

    assert fired(late) == []


def test_states_are_counted_by_their_latest_and_by_when_they_were_last_said():
    world = World(SLOW)
    world.signal("slow", service="a", value=8)
    world.signal("slow", service="a", value=9)
    assert fired(world.signal("slow", service="b", value=8)) == ["many"]
    world.wait(119_999)
    world.signal("slow", service="a", value=9)
    world.signal("slow", service="b", value=8)

    assert world.wait(60_000).withdrawn == ()
    assert len(world.signal("slow", service="a", value=1).withdrawn) == 1


def test_a_state_said_again_after_its_window_counts_again():
    world = World(SLOW)
    world.signal("slow", service="a", value=8)
    world.wait(120_000)
    assert fired(world.signal("slow", service="b", value=8)) == []

    assert fired(world.signal("slow", service="a", value=8)) == ["many"]


def test_a_number_rests_on_what_counts_at_the_moment(world: World):
    deployed(world, "r1")
    deployed(world, "r2")
    (ref,) = [e for f in world.memory.firings() for e in f.elements if e.alias == "releases"]

    assert [root.id for root in world.memory.roots(ref.id, world.now)] == ["s2", "s3"]


def test_the_second_engine_is_shown_one_element_for_all_of_them(world: World):
    deployed(world, "r1")
    (evaluation,) = deployed(world, "r2").evaluations

    shown = {row.id: dict(row.fields) for row in evaluation.facts}
    assert shown["t3.0"] == {"service": "web", "count": 2}
    assert evaluation.matches == (("many", ("s1", "t3.0")),)


def test_a_memory_dumped_and_loaded_goes_on_counting(world: World):
    deployed(world, "r1")
    deployed(world, "r2")
    world.reload()

    assert world.memory.dump()["tallies"][0]["counted"] == ["s2", "s3"]
    world.wait(299_999)
    world.error("web", 8)
    assert world.rules == ["many"]
    assert len(world.wait(1).withdrawn) == 1
    assert world.memory.dump()["tallies"] == []


def test_a_chain_given_up_leaves_the_count_as_it_is_told():
    endless = (
        SLOW.replace("{start: look, incident: all}", '{assert: number, set: {n: "${slow_ones}"}}')
        + """
  - id: count-on
    title: more
    when: [{fact: number, as: number}]
    then: [{assert: number, set: {n: "${number.n + 1}"}}]
    why: more
"""
    )
    world = World(endless, fuel=20)
    world.signal("slow", service="a", value=8)

    assert world.signal("slow", service="b", value=8).fuel_exhausted
    (tally,) = world.memory.dump()["tallies"]
    assert (tally["counted"], tally["shown"]["count"]) == (["s1", "s2"], 2)


RULE = """\
interlock: rules/v1
rules:
  - id: restart
    title: errors
    when:
      - signal: error
        as: err
      - count:
          signal: deploy
          where: service == err.service
          over: 5m
          distinct: revision
        as: releases
        where: releases >= 2
    then:
      - start: restart
        incident: ${err.service} ${releases}
    why: many
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("5m", "5m", None, id="clean"),
        pytest.param("releases >= 2", "releases >= err.limit", None, id="by another element"),
        pytest.param(
            "over: 5m",
            "over: 61m",
            "r:11:17: error [RV323] 'deploy' is gone after its ttl of 1h and counts no longer"
            " (write a shorter over, or raise the ttl)",
            id="window",
        ),
        pytest.param(
            "service == err.service",
            "[service == err.service, at > err.at]",
            "r:10:43: error [RV326] what is counted is joined by == of sure fields only:"
            " 'at > err.at' (equate a field, or test the number)",
            id="a join in time",
        ),
        pytest.param(
            "releases >= 2",
            "releases < 2",
            "r:14:16: error [RV326] holds of none, too, and where there is none nothing is counted"
            " (write not for none, or ask for more)",
            id="none",
        ),
        pytest.param(
            "distinct: revision",
            "distinct: revison",
            "r:12:21: error [RV201] unknown field 'revison' (did you mean 'revision'?)",
            id="unknown field",
        ),
        pytest.param(
            "        where: releases >= 2\n",
            "",
            "r:8:9: error [RV111] missing key 'where'",
            id="no test of the number",
        ),
        pytest.param(
            "signal: deploy",
            "signal: deplo",
            "r:9:19: error [RV210] undeclared signal 'deplo' (did you mean 'deploy'?)",
            id="undeclared",
        ),
        pytest.param(
            "${err.service} ${releases}",
            "${err.service}",
            "r:13:13: warning [RV213] nothing reads 'releases'"
            " (use it in why, or call it _releases)",
            id="unread",
        ),
    ],
)
def test_faults_of_a_count(old: str, new: str, found: str | None):
    assert old in RULE
    assert findings(RULE.replace(old, new)) == ([found] if found else [])


def test_a_field_that_may_be_missing_is_asked_for_before_it_is_counted():
    text = RULE.replace("signal: deploy", "signal: error").replace("revision", "previous")

    assert any("RV204] 'previous' is optional" in one for one in findings(text))
    sure = text.replace("service == err.service", "[service == err.service, has(previous)]")
    assert not any("RV204" in one for one in findings(sure))
