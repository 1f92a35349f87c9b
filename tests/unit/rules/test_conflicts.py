"""Who has their way: claims about one fact, and rules of one exclusive group."""

from interlock.rules.model import NOTHING
from tests.unit.rules.given import World, fired, only

CLAIMS = """
  - id: a-low
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: errors
  - id: b-low
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 2}}]
    why: errors
  - id: high
    title: slowness
    salience: 10
    when: [{signal: slow, as: slow, where: value > 5}]
    then: [{assert: suspect, set: {service: "${slow.service}", value: 3}}]
    why: slow
  - id: reader
    title: reads
    when: [{fact: suspect, as: s}]
    then: [{advise: "${s.value}"}]
    why: suspect
"""


def value_of(world: World) -> int:
    return world.memory.facts()[0].fields["value"]


def test_of_two_claims_with_equal_salience_the_smaller_rule_id_stands():
    world = World(CLAIMS)

    outcome = world.error("web")

    assert value_of(world) == 1
    ids = {firing.rule: firing.id for firing in outcome.firings}
    conflict = outcome.conflicts[0]
    assert (conflict.kind, conflict.group, conflict.key) == ("fact", "suspect", ("web",))
    assert conflict.winners == (ids["a-low"],)
    assert conflict.losers == (ids["b-low"],)
    assert conflict.losing_rules == ("b-low",)


def test_a_claim_of_higher_salience_replaces_the_fact_and_gives_it_back_when_it_ends():
    world = World(CLAIMS)
    world.error("web")

    higher = world.signal("slow", service="web", value=9)
    assert value_of(world) == 3
    assert [c.losing_rules for c in higher.conflicts] == [("a-low", "b-low")]
    assert "reader" in fired(higher)

    world.resolve("slow", service="web", value=9)
    assert value_of(world) == 1


def test_what_an_operator_says_stands_before_every_rule():
    world = World(CLAIMS)
    world.signal("slow", service="web", value=9)

    outcome = world.say("suspect", service="web", value=7)

    assert value_of(world) == 7
    assert outcome.conflicts[0].winners == ("operator",)
    assert outcome.conflicts[0].losing_rules == ("high",)
    world.unsay("suspect", "web")
    assert value_of(world) == 3


def test_equal_claims_are_no_conflict_and_support_together():
    world = World(CLAIMS)
    world.signal("slow", service="web", value=9)

    outcome = world.say("suspect", service="web", value=3)

    assert outcome == NOTHING
    assert "operator" in world.memory.facts()[0].supports
    assert len(world.memory.facts()[0].supports) == 2


FIRST = """
  - id: latest-revision
    title: deploys
    when: [{signal: deploy, as: dep}]
    then: [{assert: suspect, set: {service: "${dep.service}", value: 1, note: "${dep.revision}"}}]
    why: deploy
"""


def test_of_two_claims_of_one_rule_the_earlier_stands():
    world = World(FIRST)
    world.signal("deploy", service="web", revision="r1")

    world.signal("deploy", service="web", revision="r2")

    assert world.facts[0][1]["note"] == "r1"
    world.resolve("deploy", service="web", revision="r1")
    assert world.facts[0][1]["note"] == "r2"


TWICE_IN_ONE = """
  - id: both
    title: says two things
    when: [{signal: error, as: err, where: value > 5}]
    then:
      - {assert: suspect, set: {service: "${err.service}", value: 1}}
      - {assert: suspect, set: {service: "${err.service}", value: 2}}
    why: errors
"""


def test_of_two_claims_of_one_firing_the_one_written_first_counts():
    world = World(TWICE_IN_ONE)
    world.error("web")

    assert value_of(world) == 1
    world.resolve("error", service="web", value=9, limit=1)
    assert world.facts == []


GROUP = """
  - id: restart
    title: restart
    salience: 1
    exclusive: remedy
    when: [{signal: error, as: err, where: value > 5}]
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
  - id: roll-back
    title: roll back
    salience: 5
    exclusive: remedy
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: deploy, as: dep, where: service == err.service}
    then: [{start: roll-back, incident: "${err.service}"}]
    why: ${dep.revision}
"""


def test_of_rules_that_fire_together_the_highest_salience_has_the_incident():
    world = World(GROUP)
    world.signal("deploy", service="web", revision="r1")

    outcome = world.error("web")

    winner = only(outcome)
    conflict = outcome.conflicts[0]
    assert winner.rule == "roll-back"
    assert (conflict.kind, conflict.group, conflict.key) == ("exclusive", "remedy", ("web",))
    assert conflict.winners == (winner.id,)
    assert conflict.losing_rules == ("restart",)
    assert world.rules == ["roll-back"]


def test_a_rule_that_holds_an_incident_keeps_it():
    world = World(GROUP)
    holder = only(world.error("web"))

    outcome = world.signal("deploy", service="web", revision="r1")

    assert outcome.firings == outcome.withdrawn == ()
    assert outcome.conflicts[0].winners == (holder.id,)
    assert outcome.conflicts[0].losing_rules == ("roll-back",)


def test_the_holder_keeps_its_incident_when_its_signal_is_replaced():
    world = World(GROUP)
    holder = only(world.error("web", 8))
    world.signal("deploy", service="web", revision="r1")

    outcome = world.error("web", 9)

    assert only(outcome).rule == "restart"
    assert only(outcome).supersedes == holder.id


def test_other_incidents_have_holders_of_their_own():
    world = World(GROUP)
    world.error("web")
    world.signal("deploy", service="shop", revision="r1")

    assert fired(world.error("shop")) == ["roll-back"]


def test_the_best_loser_fires_in_the_step_in_which_the_holder_ends():
    world = World(GROUP)
    world.signal("deploy", service="web", revision="r1")
    lost = world.error("web").conflicts[0].losers

    outcome = world.resolve("deploy", service="web", revision="r1")

    assert len(outcome.withdrawn) == 1
    assert only(outcome).rule == "restart"
    assert (only(outcome).id,) == lost
    assert outcome.conflicts == ()


def test_a_loser_that_ends_was_never_there():
    world = World(GROUP)
    world.error("web")
    world.signal("deploy", service="web", revision="r1")

    assert world.resolve("deploy", service="web", revision="r1") == NOTHING


def test_every_match_of_the_holder_has_effect():
    world = World(GROUP)
    world.signal("deploy", service="web", revision="r1")
    world.error("web")

    assert fired(world.signal("deploy", service="web", revision="r2")) == ["roll-back"]


def test_a_shadow_does_not_compete():
    world = World(GROUP.replace("salience: 5", "salience: 5\n    status: shadow"))
    world.signal("deploy", service="web", revision="r1")

    outcome = world.error("web")

    assert fired(outcome) == ["roll-back", "restart"]
    assert outcome.conflicts == ()


def test_a_loser_that_is_replaced_when_the_holder_ends_supersedes_nothing():
    world = World(
        """
  - id: narrow
    title: some errors
    salience: 5
    exclusive: remedy
    when: [{signal: error, as: err, where: [value > 5, value < 9]}]
    then: [{start: narrow, incident: "${err.service}"}]
    why: some
  - id: wide
    title: many errors
    salience: 1
    exclusive: remedy
    when: [{signal: error, as: err, where: value > 5}]
    then: [{start: wide, incident: "${err.service}"}]
    why: many
"""
    )
    assert fired(world.error("web", 8)) == ["narrow"]

    firing = only(world.error("web", 9))

    assert (firing.rule, firing.supersedes) == ("wide", None)  # the old match had no effect


def test_no_loser_rises_in_a_step_that_exhausts_its_fuel():
    counting = """
  - id: first
    title: resolved errors count
    when:
      - {signal: deploy, as: dep}
      - not: {signal: error, where: service == dep.service}
    then: [{assert: number, set: {n: 1}}]
    why: ${dep.revision}
  - id: next
    title: every number has a next one
    when: [{fact: number, as: x, where: n < 1000000}]
    then: [{assert: number, set: {n: "${x.n + 1}"}}]
    why: counting
  - id: slowly
    title: restart slowly
    salience: 0
    exclusive: remedy
    when: [{signal: slow, as: slow, where: value > 5}]
    then: [{start: slowly, incident: "${slow.service}"}]
    why: slow
"""
    world = World(GROUP + counting)
    world.error("web")
    world.signal("slow", service="web", value=9)
    world.signal("deploy", service="web", revision="r1")

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert outcome.fuel_exhausted
    assert outcome.firings == ()
    assert world.rules == []
    assert "slowly" in fired(world.signal("slow", service="web", value=10))


def test_what_a_fact_rested_on_is_told_when_it_goes():
    world = World(CLAIMS)
    low = {firing.rule: firing.id for firing in world.error("web").firings}
    world.say("suspect", service="web", value=1)

    outranked = world.unsay("suspect", "web")
    higher = world.signal("slow", service="web", value=9)
    high = {firing.rule: firing.id for firing in higher.firings}
    gone = world.resolve("slow", service="web", value=9)

    assert outranked.facts_retracted == outranked.facts_asserted == ()
    assert [change.supports for change in higher.facts_retracted] == [(low["a-low"],)]
    assert [change.supports for change in gone.facts_retracted] == [(high["high"],)]


def test_an_operator_is_named_among_what_a_fact_rested_on():
    world = World(CLAIMS)
    world.say("suspect", service="web", value=7)

    replaced = world.say("suspect", service="web", value=8)

    assert [change.supports for change in replaced.facts_retracted] == [("operator",)]
    assert [change.supports for change in replaced.facts_asserted] == [("operator",)]
