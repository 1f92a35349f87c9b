"""What the second engine is asked about each new element."""

from tests.unit.rules.given import World, fired
from tests.unit.rules.test_chain import CIRCLE

JOINED = """
  - id: joined
    title: errors after a deploy
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: deploy, as: dep, where: service == err.service}
    then: [{start: roll-back, incident: "${err.service}"}]
    why: ${dep.revision}
"""


def test_no_evaluation_is_made_unless_asked_for():
    assert World(JOINED).error("web").evaluations == ()


def test_an_evaluation_names_every_join_of_the_new_element_and_offers_what_it_needs():
    world = World(JOINED, evaluations=True)
    world.signal("deploy", service="web", revision="r1")
    world.signal("deploy", service="shop", revision="r1")

    (evaluation,) = world.error("web").evaluations

    assert evaluation.position == 3
    assert evaluation.pack == world.rulebase.packs[0].id
    assert evaluation.focus == "s3"
    assert evaluation.matches == (("joined", ("s3", "s1")),)
    assert [(row.id, row.type) for row in evaluation.facts] == [("s1", "deploy"), ("s3", "error")]
    assert evaluation.facts[1].fields["value"] == 9
    assert evaluation.facts[1].fields["name"] == "error"


def test_an_element_that_completes_nothing_is_evaluated_too():
    (evaluation,) = World(JOINED, evaluations=True).error("web").evaluations

    assert evaluation.matches == ()
    assert [row.id for row in evaluation.facts] == ["s1"]


def test_an_element_no_rule_looks_at_is_not_evaluated():
    assert World(JOINED, evaluations=True).error("web", 1).evaluations == ()


def test_a_refresh_is_not_evaluated_again():
    world = World(JOINED, evaluations=True)
    world.error("web")

    assert world.error("web").evaluations == ()


NOT = JOINED.replace(
    "    then:", "      - not: {fact: freeze, where: service == err.service}\n    then:"
)


def test_matches_are_those_before_negation():
    world = World(NOT, evaluations=True)
    world.say("freeze", service="web")
    world.signal("deploy", service="web", revision="r1")

    outcome = world.error("web")

    assert outcome.firings == ()
    assert outcome.evaluations[0].matches == (("joined", ("s3", "s2")),)


DERIVED = """
  - id: suspect
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: errors
  - id: act
    title: a deployed suspect
    when:
      - {fact: suspect, as: s}
      - {signal: error, as: err, where: service == s.service}
    then: [{start: roll-back, incident: "${s.service}"}]
    why: ${err.value}
"""


def test_a_derived_fact_is_a_focus_of_its_own_and_shares_matches_with_what_led_to_it():
    world = World(DERIVED, evaluations=True)

    outcome = world.error("web")

    matches = {evaluation.focus: evaluation.matches for evaluation in outcome.evaluations}
    assert matches == {
        "f1.0": (("act", ("f1.0", "s1")),),
        "s1": (("act", ("f1.0", "s1")), ("suspect", ("s1",))),
    }
    assert [firing.formed_at for firing in outcome.firings] == [1, 1]


THETA = """
  - id: theta
    title: errors over slowness anywhere
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: slow, as: slow, where: value > err.value}
    then: [{advise: "${slow.service}"}]
    why: anywhere
"""


def test_without_a_link_everything_that_passes_alone_is_offered():
    world = World(THETA, evaluations=True)
    world.signal("slow", service="web", value=10)
    world.signal("slow", service="shop", value=1)

    (evaluation,) = world.error("web").evaluations

    assert [row.id for row in evaluation.facts] == ["s1", "s2", "s3"]
    assert evaluation.matches == (("theta", ("s3", "s1")),)


def test_more_than_512_elements_are_not_offered():
    world = World(THETA, evaluations=True)
    for number in range(512):
        world.signal("slow", service=f"s{number}", value=10)

    (evaluation,) = world.error("web").evaluations

    assert evaluation.too_large
    assert evaluation.facts == evaluation.matches == ()


def test_exactly_512_elements_are_offered():
    world = World(THETA, evaluations=True)
    for number in range(511):
        world.signal("slow", service=f"s{number}", value=10)

    (evaluation,) = world.error("web").evaluations

    assert not evaluation.too_large
    assert len(evaluation.facts) == 512


def test_a_step_that_exhausts_its_fuel_is_evaluated_so_that_later_firings_can_be_agreed():
    counting = """
  - id: first
    title: errors begin to count
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: number, set: {n: 1}}]
    why: ${err.value}
  - id: next
    title: every number has a next one
    when: [{fact: number, as: x, where: n < 1000000}]
    then: [{assert: number, set: {n: "${x.n + 1}"}}]
    why: counting
"""
    world = World(NOT + counting, evaluations=True)
    world.signal("deploy", service="web", revision="r1")
    world.say("freeze", service="web")

    outcome = world.error("web")
    revived = world.unsay("freeze", "web")

    assert outcome.fuel_exhausted
    matches = {match for evaluation in outcome.evaluations for match in evaluation.matches}
    assert ("joined", ("s3", "s1")) in matches
    assert [f.formed_at for f in revived.firings if f.rule == "joined"] == [3]


def test_a_step_that_looks_at_too_much_cannot_be_asked_about():
    cross = """
  - id: cross
    title: any three deploys
    when:
      - {signal: deploy, as: a}
      - {signal: deploy, as: b, where: service != a.service}
      - {signal: deploy, as: c, where: service == "none"}
    then: [{advise: "${a.revision} ${b.revision} ${c.revision}"}]
    why: any
"""
    world = World(cross, evaluations=True, fuel=1)
    for number in range(400):
        world.signal("deploy", service=f"s{number}", revision="r")

    outcome = world.signal("deploy", service="none", revision="r")

    assert outcome.fuel_exhausted
    assert [evaluation.too_large for evaluation in outcome.evaluations] == [True]


BRIEFLY = """
  - id: low
    title: a low claim
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: low
  - id: one
    title: begin to count
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: number, set: {n: 1}}]
    why: ${err.value}
  - id: two
    title: count on
    when: [{fact: number, as: x, where: n == 1}]
    then: [{assert: number, set: {n: "${x.n + 1}"}}]
    why: count
  - id: high
    title: a high claim, later in the same step
    salience: 10
    when:
      - {fact: number, as: _x, where: n == 2}
      - {signal: error, as: err, where: value > 5}
    then: [{assert: suspect, set: {service: "${err.service}", value: 2}}]
    why: high
  - id: tie
    title: knots the facts together
    when: [{fact: suspect, as: s, where: value == 3}]
    then: [{assert: number, set: {n: "${s.value}"}}]
    why: never
  - id: reads
    title: reads
    when: [{fact: suspect, as: s}]
    then: [{advise: "${s.value}"}]
    why: reads
"""


def test_what_came_and_went_within_one_step_was_never_there():
    world = World(BRIEFLY, evaluations=True)

    outcome = world.error("web")

    asserted = [(change.fact, change.fields.get("value")) for change in outcome.facts_asserted]
    assert asserted == [("number", None), ("number", None), ("suspect", 2)]
    there = {change.id for change in outcome.facts_asserted} | {"s1"}
    assert {evaluation.focus for evaluation in outcome.evaluations} == there
    assert fired(outcome) == ["high", "low", "one", "reads", "two"]
    assert outcome.withdrawn == ()


def test_a_fact_that_is_held_up_again_is_not_asked_about_again():
    world = World(CIRCLE, evaluations=True)
    world.error("web")
    world.say("suspect", service="web", value=1)

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert outcome.facts_retracted == outcome.facts_asserted == ()
    assert outcome.evaluations == ()


def test_claims_that_chase_each_other_exhaust_the_fuel():
    world = World(
        """
  - id: low
    title: a low claim
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: low
  - id: reads
    title: outranks what it follows from
    when: [{fact: suspect, as: s, where: value < 3}]
    then: [{assert: suspect, set: {service: "${s.service}", value: "${s.value + 1}"}}]
    salience: 10
    why: circle
""",
        evaluations=True,
        fuel=50,
    )

    outcome = world.error("web")

    assert outcome.fuel_exhausted
    assert {evaluation.focus for evaluation in outcome.evaluations} == {"s1"}
    assert fired(outcome) == []
