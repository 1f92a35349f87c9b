"""Chaining, refraction, agenda and truth maintenance."""

from tests.unit.rules.given import World, fired, only

CHAIN = """
  - id: suspect
    title: errors make a service suspect
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: "${err.limit}"}}]
    why: errors
  - id: blame
    title: a suspect that was deployed is to blame
    when:
      - {fact: suspect, as: s}
      - {signal: deploy, as: dep, where: service == s.service}
    then: [{assert: blamed, set: {service: "${s.service}"}}]
    why: ${dep.revision}
  - id: act
    title: act on what is to blame
    when: [{fact: blamed, as: b}]
    then: [{start: roll-back, incident: "${b.service}"}]
    why: blamed
"""


def test_facts_are_derived_until_nothing_follows_any_more():
    world = World(CHAIN)
    world.signal("deploy", service="web", revision="r1")

    outcome = world.error("web")

    assert fired(outcome) == ["act", "blame", "suspect"]
    assert [(c.id, c.fact, c.key, dict(c.fields)) for c in outcome.facts_asserted] == [
        ("f2.0", "suspect", ("web",), {"service": "web", "value": 1}),
        ("f2.1", "blamed", ("web",), {"service": "web"}),
    ]
    supports = {c.fact: c.supports for c in outcome.facts_asserted}
    by_rule = {firing.rule: firing.id for firing in outcome.firings}
    assert supports == {"suspect": (by_rule["suspect"],), "blamed": (by_rule["blame"],)}


def test_what_was_derived_is_withdrawn_with_its_last_support():
    world = World(CHAIN)
    world.signal("deploy", service="web", revision="r1")
    in_force = {firing.id for firing in world.error("web").firings}

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert set(outcome.withdrawn) == in_force
    assert [(c.id, c.fact) for c in outcome.facts_retracted] == [
        ("f2.0", "suspect"),
        ("f2.1", "blamed"),
    ]
    assert world.facts == []


def test_a_fact_stays_while_one_support_remains():
    world = World(CHAIN)
    world.error("web")
    world.signal("deploy", service="web", revision="r1")
    world.signal("deploy", service="web", revision="r2")

    outcome = world.resolve("deploy", service="web", revision="r1")

    assert outcome.facts_retracted == ()
    assert len(outcome.withdrawn) == 1
    assert world.rules == ["act", "blame", "suspect"]


def test_a_firing_does_not_fire_again_when_something_else_changes():
    world = World(CHAIN)
    world.error("web")

    assert fired(world.error("shop")) == ["suspect"]
    assert fired(world.signal("deploy", service="shop", revision="r1")) == ["act", "blame"]


def test_a_replaced_signal_that_leads_to_the_same_fact_disturbs_nothing_that_rests_on_it():
    world = World(CHAIN)
    world.signal("deploy", service="web", revision="r1")
    old = {firing.rule: firing.id for firing in world.error("web", 8).firings}

    outcome = world.error("web", 9)

    new = only(outcome)
    assert outcome.withdrawn == (old["suspect"],)
    assert (new.rule, new.supersedes) == ("suspect", old["suspect"])
    assert outcome.facts_asserted == outcome.facts_retracted == ()
    assert next(f.supports for f in world.memory.facts()) == (new.id,)


def test_a_replaced_signal_that_leads_to_another_fact_replaces_it_and_supersedes_the_start():
    world = World(CHAIN)
    world.signal("deploy", service="web", revision="r1")
    old = {firing.rule: firing.id for firing in world.error("web", 8, limit=1).firings}

    outcome = world.error("web", 8, limit=2)

    assert [c.id for c in outcome.facts_retracted] == ["f2.0"]
    assert [c.id for c in outcome.facts_asserted] == ["f3.0"]
    superseded = {firing.rule: firing.supersedes for firing in outcome.firings}
    assert superseded["blame"] == old["blame"]
    assert "act" not in superseded  # blamed did not change


START = """
  - id: restart
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then:
      - start: restart
        incident: "${err.service}"
        with: {value: "${err.value}"}
      - {advise: "${err.value} errors"}
    why: errors
"""


def test_a_start_for_the_same_incident_is_superseded_whatever_its_inputs():
    world = World(START)
    old = only(world.error("web", 8))

    new = only(world.error("web", 9))

    assert new.supersedes == old.id
    assert new.consequences[0].inputs == {"value": 9}


SEND = """
  - id: tell
    title: errors
    when: [{signal: error, as: err, where: value > 5}]
    then: [{send: worse, incident: "${err.service}", with: {value: "${err.value}"}}]
    why: errors
"""


def test_an_event_with_other_data_is_a_new_event():
    world = World(SEND)
    old = only(world.error("web", 8))

    same = only(world.error("web", 8, limit=2))
    other = only(world.error("web", 9, limit=2))

    assert same.supersedes == old.id
    assert other.supersedes is None


TWICE = """
  - id: pair
    title: two deploys of one service
    when:
      - {signal: deploy, as: one}
      - {signal: deploy, as: two, where: [service == one.service, revision != one.revision]}
    then: [{advise: "${one.revision} ${two.revision}"}]
    why: pair
"""


def test_two_patterns_bind_two_elements():
    world = World(TWICE)

    assert world.signal("deploy", service="web", revision="r1").firings == ()
    outcome = world.signal("deploy", service="web", revision="r2")

    assert [[e.id for e in firing.elements] for firing in outcome.firings] == [
        ["s1", "s2"],
        ["s2", "s1"],
    ]


def test_the_agenda_is_ordered_by_salience_then_rule_then_age():
    world = World(
        """
  - {id: b, title: b, when: [{signal: error, as: _e}], then: [{advise: b}], why: b}
  - {id: a, title: a, when: [{signal: error, as: _e}], then: [{advise: a}], why: a}
  - {id: z, title: z, salience: 1, when: [{signal: error, as: _e}], then: [{advise: z}], why: z}
"""
    )

    assert fired(world.error("web")) == ["z", "a", "b"]


SHADOW = """
  - id: suspect
    title: errors make a service suspect
    status: shadow
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: errors
  - id: act
    title: act on a suspect
    when: [{fact: suspect, as: s}]
    then: [{start: restart, incident: "${s.service}"}]
    why: suspect
"""


def test_a_shadow_fires_and_asserts_nothing():
    world = World(SHADOW)

    firing = only(world.error("web"))

    assert firing.shadow
    assert firing.consequences[0].fact == "suspect"
    assert world.facts == []


CIRCLE = """
  - id: seed
    title: errors make a service suspect
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: suspect, set: {service: "${err.service}", value: 1}}]
    why: errors
  - id: there
    title: a suspect is to blame
    when: [{fact: suspect, as: s}]
    then: [{assert: blamed, set: {service: "${s.service}"}}]
    why: suspect
  - id: back
    title: what is to blame is suspect
    when: [{fact: blamed, as: b}]
    then: [{assert: suspect, set: {service: "${b.service}", value: 1}}]
    why: blamed
"""


def test_facts_that_support_each_other_fall_with_what_held_them_up():
    world = World(CIRCLE)
    world.error("web")
    assert len(world.facts) == 2

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert world.facts == []
    assert world.rules == []
    assert len(outcome.withdrawn) == 3


def test_an_element_that_falls_in_two_ways_falls_once():
    world = World(
        CIRCLE
        + """
  - id: both
    title: an error blames at once
    when:
      - {signal: error, as: err, where: value > 5}
      - {fact: suspect, as: s, where: service == err.service}
    then: [{assert: blamed, set: {service: "${s.service}"}}]
    why: errors
"""
    )
    world.error("web")
    assert [len(fact.supports) for fact in world.memory.facts()] == [2, 2]

    world.resolve("error", service="web", value=9, limit=1)

    assert world.facts == []
    assert world.rules == []


def test_a_circle_that_is_held_up_from_outside_twice_keeps_its_facts_when_one_goes():
    world = World(CIRCLE)
    world.error("web", 9)
    kept = world.memory.facts()
    world.say("suspect", service="web", value=1)

    outcome = world.resolve("error", service="web", value=9, limit=1)

    assert outcome.facts_retracted == ()
    assert [fact.id for fact in world.memory.facts()] == [fact.id for fact in kept]
