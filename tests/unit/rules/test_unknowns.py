"""Tests that are neither true nor false: never a match, never silent."""

from interlock.rules.model import AssertFact, UnknownTest
from tests.unit.rules.given import World, fired, only, rulebase

RATIO = """
  - id: ratio
    title: errors over the limit
    when: [{signal: error, as: err, where: [value > 5, value / limit > 2]}]
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_an_undecided_test_of_an_element_does_not_match_and_is_reported():
    outcome = World(RATIO).error("web", 9, limit=0)

    assert outcome.firings == ()
    assert outcome.unknowns == (UnknownTest("ratio", "err", "value / limit > 2", "s1"),)


def test_a_test_that_is_false_settles_the_pattern_whatever_is_undecided():
    assert World(RATIO).error("web", 5, limit=0).unknowns == ()


def test_a_known_value_replaced_by_an_undecided_one_withdraws():
    world = World(RATIO)
    firing = only(world.error("web", 9, limit=1))

    outcome = world.error("web", 9, limit=0)

    assert outcome.withdrawn == (firing.id,)
    assert [unknown.test for unknown in outcome.unknowns] == ["value / limit > 2"]


JOINED = """
  - id: joined
    title: errors over slowness
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: slow, as: slow, where: [service == err.service, err.limit / value >= 0]}
    then: [{advise: "${slow.value}"}]
    why: both
"""


def test_an_undecided_test_of_a_join_does_not_match_and_is_reported():
    world = World(JOINED)
    world.signal("slow", service="web", value=0)

    outcome = world.error("web")

    assert outcome.firings == ()
    assert outcome.unknowns == (UnknownTest("joined", "slow", "err.limit / value >= 0", "s1"),)


UNLESS = """
  - id: unless
    title: errors unless slow
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {signal: slow, where: [service == err.service, 10 / value > 1]}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_what_cannot_be_decided_forbids():
    world = World(UNLESS)
    firing = only(world.error("web"))

    outcome = world.signal("slow", service="web", value=0)

    assert outcome.withdrawn == (firing.id,)
    assert outcome.unknowns == (UnknownTest("unless", "not", "10 / value > 1", "s2"),)


UNLESS_JOINED = """
  - id: unless
    title: errors unless slow
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {signal: slow, where: [service == err.service, err.value / value > 1]}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_what_cannot_be_decided_against_the_match_forbids_too():
    world = World(UNLESS_JOINED)
    world.signal("slow", service="web", value=0)

    outcome = world.error("web")

    assert outcome.firings == ()
    assert outcome.unknowns == (UnknownTest("unless", "not", "err.value / value > 1", "s1"),)


THEN = """
  - id: then
    title: a quotient
    when: [{signal: error, as: err, where: value > 5}]
    then:
      - assert: suspect
        set: {service: "${err.service}", value: "${err.value / err.limit}"}
    why: errors
"""


def test_a_value_that_cannot_be_decided_keeps_the_rule_from_firing():
    world = World(THEN)

    outcome = world.error("web", 9, limit=0)

    assert outcome.firings == ()
    assert world.facts == []
    assert outcome.unknowns == (UnknownTest("then", "then", "${err.value / err.limit}", "s1"),)


OPTIONAL = """
  - id: optional
    title: a note where there is one
    when: [{signal: error, as: err, where: value > 5}]
    then:
      - assert: suspect
        set:
          service: ${err.service}
          value: 1
          note: "${err.value / err.limit > 1 ? 'high' : 'low'}"
    why: ${err.value / err.limit} of the limit
"""


def test_an_undecided_value_of_an_optional_field_is_left_out_and_why_says_so():
    world = World(OPTIONAL)

    firing = only(world.error("web", 9, limit=0))

    fact = firing.consequences[0]
    assert fact == AssertFact("suspect", ("web",), {"service": "web", "value": 1})
    assert firing.why == "(unknown) of the limit"


INCIDENT = """
  - id: incident
    title: an incident by quotient
    when: [{signal: error, as: err, where: value > 5}]
    then: [{start: restart, incident: "part-${err.value / err.limit}"}]
    why: errors
"""


def test_an_incident_is_never_named_after_something_unknown():
    world = World(INCIDENT)

    assert world.error("web", 9, limit=0).firings == ()
    assert only(world.error("shop", 9, limit=3)).consequences[0].incident == "part-3"


KEYED = """
  - id: keyed
    title: a key by quotient
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: blamed, set: {service: "part-${err.value / err.limit}"}}]
    why: errors
"""


def test_a_fact_is_never_keyed_by_something_unknown():
    world = World(KEYED)

    assert world.error("web", 9, limit=0).firings == ()
    assert [unknown.alias for unknown in world.error("web", 9, limit=0, source="x").unknowns] == [
        "then"
    ]
    assert only(world.error("shop", 9, limit=3)).consequences[0].key == ("part-3",)


RANGE = """
interlock: signals/v1
signals:
  error: {key: [service], correlate: [service], ttl: 5m, fields: {service: string, value: int, limit: int}}
facts:
  suspect: {key: [service], fields: {service: string, value: {type: int, max: 5}}}
"""  # noqa: E501


def test_a_value_the_fact_does_not_admit_keeps_the_rule_from_firing():
    text = THEN.replace("${err.value / err.limit}", "${err.value}")
    world = World(rulebase(text, RANGE))

    assert world.error("web", 6).unknowns == (UnknownTest("then", "then", "${err.value}", "s1"),)
    world = World(rulebase(text.replace("value > 5", "value > 1"), RANGE))
    assert fired(world.error("web", 5)) == ["then"]


def test_unknowns_are_sorted_and_at_most_sixteen():
    rules = "".join(RATIO.replace("id: ratio", f"id: ratio-{number:02}") for number in range(20))

    outcome = World(rules).error("web", 9, limit=0)

    assert [unknown.rule for unknown in outcome.unknowns] == [f"ratio-{n:02}" for n in range(16)]


def test_an_optional_field_that_is_missing_fails_its_has_without_being_unknown():
    world = World(
        """
  - id: known
    title: the revision before
    when: [{signal: error, as: err, where: [has(previous), previous == "r1"]}]
    then: [{advise: "${err.previous}"}]
    why: previous
"""
    )

    assert world.error("web").unknowns == ()
    assert fired(world.error("web", previous="r1")) == ["known"]
