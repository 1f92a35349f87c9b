"""``any:`` one rule, several ways to match it."""

from __future__ import annotations

import orjson
import pytest

from interlock.rules.caged.cage import Cage
from interlock.rules.caged.pack import CagedPack
from tests.unit.rules.given import World, findings, fired, only, rulebase

BURNING = """
  - id: burning
    title: burning
    when:
      - any:
          - [{signal: error, as: bad, where: value > 5}]
          - [{signal: error, as: bad, where: limit > 5}]
          - [{signal: slow, as: bad}]
      - {not: {fact: freeze, where: service == bad.service}}
    then: [{start: restart, incident: "${bad.service}"}]
    why: ${bad.name} of ${bad.service}
"""
EITHER = """
  - id: either
    title: either
    when:
      - any:
          - - {signal: error, as: bad}
            - {not: {fact: freeze, where: service == bad.service}}
          - - {signal: error, as: bad}
            - {not: {fact: blamed, where: service == bad.service}}
    then: [{start: restart, incident: "${bad.service}"}]
    why: errors
"""


def test_a_rule_holds_through_each_branch_and_says_through_which():
    world = World(BURNING)

    assert only(world.error(value=9, limit=1)).branch == "1"
    assert only(world.error("db", value=1, limit=9)).branch == "2"
    assert only(world.signal("slow", service="lab", value=1)).branch == "3"
    assert fired(world.error("app", value=1, limit=1)) == []


def test_the_branches_are_one_rule():
    world = World(BURNING)
    world.error()

    assert world.rules == ["burning"]
    assert world.rulebase.rules.keys() == {"burning"}
    assert [*world.rulebase.productions] == ["burning#1", "burning#2", "burning#3"]


def test_the_same_elements_through_two_branches_fire_once_through_the_first():
    assert only(World(BURNING).error(value=9, limit=9)).branch == "1"


def test_what_stands_outside_of_any_holds_for_every_branch():
    world = World(BURNING)
    world.say("freeze", service="web")

    assert fired(world.error()) == []
    assert fired(world.signal("slow", service="web", value=1)) == []


def test_a_match_goes_over_to_another_branch_without_a_word():
    world = World(EITHER)
    firing = only(world.error())

    outcome = world.say("freeze", service="web")

    assert (outcome.firings, outcome.withdrawn) == ((), ())
    (held,) = world.memory.firings()
    assert (firing.id, firing.branch, held.id, held.branch) == (firing.id, "1", firing.id, "2")


def test_a_match_that_no_branch_holds_is_withdrawn():
    world = World(EITHER)
    firing = only(world.error())
    world.say("freeze", service="web")

    assert world.say("blamed", service="web").withdrawn == (firing.id,)
    assert world.rules == []


def test_which_branch_holds_is_remembered():
    world = World(EITHER)
    firing = only(world.error())
    world.say("freeze", service="web")
    world.reload()

    assert world.memory.firings()[0].branch == "2"
    assert world.say("blamed", service="web").withdrawn == (firing.id,)


def test_branches_may_bind_their_names_in_another_order():
    world = World("""
  - id: both
    title: both
    when:
      - any:
          - - {signal: error, as: bad}
            - {signal: slow, as: late, where: service == bad.service}
          - - {signal: slow, as: late, where: value > 5}
            - {signal: error, as: bad, where: service == late.service}
    then: [{advise: "${bad.service} ${late.value}"}]
    why: both
""")
    world.error()

    assert only(world.signal("slow", service="web", value=9)).branch == "1"
    assert world.rules == ["both"]


def test_several_any_are_combined():
    base = rulebase("""
  - id: many
    title: many
    when:
      - any: [[{signal: error, as: a}], [{signal: slow, as: a}]]
      - any:
          - [{signal: deploy, as: b, where: service == a.service}]
          - [{fact: suspect, as: b, where: service == a.service}]
    then: [{advise: "${a.service} ${b.service}"}]
    why: many
""")

    assert [rule.branch for rule in base.productions.values()] == ["1.1", "1.2", "2.1", "2.2"]


def test_branches_may_bind_signals_and_facts_to_one_name():
    world = World("""
  - id: mixed
    title: mixed
    when:
      - any: [[{signal: error, as: x, where: value > 5}], [{fact: suspect, as: x}]]
    then: [{assert: blamed, set: {service: "${x.service}"}}]
    why: mixed
""")
    world.error()
    world.say("suspect", service="web", value=1)

    (blamed,) = [f for f in world.memory.facts() if f.fact == "blamed"]
    assert len(blamed.supports) == 2
    world.resolve("error", service="web", value=9, limit=1)
    assert ("blamed", {"service": "web"}) in world.facts


def test_the_second_engine_is_asked_about_each_branch():
    world = World(BURNING, evaluations=True)
    evaluations = [
        *world.error(value=9, limit=9).evaluations,
        *world.signal("slow", service="web", value=1).evaluations,
    ]
    (pack,) = world.rulebase.packs
    caged = CagedPack(pack)
    cage = Cage(caged.plan)
    matches = [_asked(caged, cage, one) for one in evaluations]
    cage.close()

    assert matches == [one.matches for one in evaluations]
    assert [name for found in matches for name, _ in found] == [
        "burning#1",
        "burning#2",
        "burning#3",
    ]


def _asked(caged, cage, evaluation):
    _, focus, rows = orjson.loads(caged.request(evaluation))
    return caged.matches(evaluation, cage.evaluate(rows, focus))


WRITTEN = """\
interlock: rules/v1
rules:
  - id: r
    title: r
    when: {when}
    then: [{{advise: "${{x.service}}"}}]
    why: r
"""


FAULTS_INSIDE_AND_OUTSIDE = (
    "[{any: [[{signal: error, as: x, where: wert > 1}], [{signal: slow, as: x}]]},"
    " {signal: deploy, as: _d, where: [service == x.service, revison == 'r']}]"
)


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (
            "[{any: [[{signal: error, as: x}], [{signal: slow, as: y}]]}]",
            [
                "r:5:45: error [RV212] binds y, the first branch binds x",
            ],
        ),
        (
            "[{any: [[{signal: error, as: x}], [{not: {signal: slow}}]]}]",
            [
                "r:5:45: error [RV212] binds nothing, the first branch binds x",
            ],
        ),
        (
            FAULTS_INSIDE_AND_OUTSIDE,
            ["r:5:50", "r:5:144"],
        ),
        ("[{any: [[{signal: error, as: x}]]}]", ["[RV110]"]),
        ("[{any: [[{signal: error, as: x}], []]}]", ["[RV110]"]),
        (
            "[{any: [[{any: [[{signal: error, as: x}], [{signal: slow, as: x}]]}], []]}]",
            ["[RV110]"] * 2,
        ),
        ("[{any: [[{signal: error, as: x}], [{signal: slow, as: x}]]}]", []),
    ],
)
def test_faults_in_branches_are_reported_once_at_their_place(when: str, found: list[str]):
    reported = findings(WRITTEN.format(when=when))

    assert len(reported) == len(found), reported
    assert all(part in line for part, line in zip(found, reported, strict=True)), reported


def test_a_name_that_one_branch_does_not_read_is_not_unused_when_what_follows_reads_it():
    assert findings(WRITTEN.format(when=_ways(2))) == []


def _ways(count: int) -> str:
    branches = ", ".join(f"[{{signal: error, as: x, where: value > {n}}}]" for n in range(count))
    return f"[{{any: [{branches}]}}]"


def test_more_ways_than_can_be_kept_apart_are_refused():
    assert findings(WRITTEN.format(when=_ways(16))) == []
    (found,) = findings(WRITTEN.format(when=_ways(17)))
    assert "r:5:5: error [RV330] has 17 ways through its branches, 16 is the most" in found
