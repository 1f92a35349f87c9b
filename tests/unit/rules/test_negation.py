"""What a ``not`` forbids, when, and how it lets go."""

from interlock.rules.model import NOTHING
from tests.unit.rules.given import World, fired, only

NOT = """
  - id: restart
    title: errors without a freeze
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {fact: freeze, where: service == err.service}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_a_negation_withdraws_when_it_comes_true_and_lets_go_when_it_ends():
    world = World(NOT)
    old = only(world.error("web"))

    assert world.say("freeze", service="shop").withdrawn == ()
    assert world.say("freeze", service="web").withdrawn == (old.id,)
    revived = only(world.unsay("freeze", "web"))

    assert revived.rule == "restart"
    assert revived.id != old.id
    assert revived.formed_at == 1


def test_a_match_that_is_forbidden_when_it_forms_fires_when_it_no_longer_is():
    world = World(NOT)
    world.say("freeze", service="web")

    assert world.error("web").firings == ()
    assert fired(world.unsay("freeze", "web")) == ["restart"]


FREE = """
  - id: free
    title: errors while nothing is slower than they are many
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {signal: slow, where: value > err.value}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_a_negation_without_an_equality_looks_at_everything():
    world = World(FREE)
    firing = only(world.error("web", 8))

    assert world.signal("slow", service="x", value=8) == NOTHING
    assert world.signal("slow", service="y", value=9).withdrawn == (firing.id,)
    assert world.signal("slow", service="z", value=10) == NOTHING
    assert world.resolve("slow", service="y", value=9) == NOTHING
    assert fired(world.resolve("slow", service="z", value=10)) == ["free"]


BY_TWO = """
  - id: by-two
    title: errors that slowness does not explain
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {signal: slow, where: [service == err.service, value == err.limit]}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
"""


def test_a_negation_by_two_equalities_needs_both():
    world = World(BY_TWO)
    firing = only(world.error("web", limit=3))

    assert world.signal("slow", service="web", value=4) == NOTHING
    assert world.signal("slow", service="web", value=3).withdrawn == (firing.id,)


ALONE = """
  - id: alone
    title: the only deploy of its service
    when:
      - {signal: deploy, as: dep}
      - not: {signal: deploy, where: service == dep.service}
    then: [{advise: "${dep.revision}"}]
    why: alone
"""


def test_an_element_of_the_match_does_not_count_against_it():
    world = World(ALONE)

    first = only(world.signal("deploy", service="web", revision="r1"))
    outcome = world.signal("deploy", service="web", revision="r2")

    assert outcome.withdrawn == (first.id,)
    assert outcome.firings == ()


SETTLED = """
  - id: a-restart
    title: restart what nobody blames
    salience: 100
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {fact: blamed, where: service == err.service}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
  - id: b-blame
    title: blame
    when: [{signal: error, as: err, where: value > 7}]
    then: [{assert: blamed, set: {service: "${err.service}"}}]
    why: errors
"""


def test_a_negated_fact_is_settled_before_the_rule_that_negates_it_runs():
    world = World(SETTLED, fuel=1)

    outcome = world.error("web", 9)

    assert fired(outcome) == ["b-blame"]  # with fuel for one: a-restart never formed
    assert fired(world.error("shop", 6)) == ["a-restart"]
