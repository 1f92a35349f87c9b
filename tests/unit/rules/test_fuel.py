"""A chain that does not end, or looks at too much, is stopped and undone as a whole."""

from interlock.rules.model import NOTHING
from tests.unit.rules.given import World, fired, only

PING_PONG = """
  - id: first
    title: errors begin to count
    when: [{signal: error, as: err, where: value > 5}]
    then: [{assert: number, set: {n: "${err.value}"}}]
    why: errors
  - id: next
    title: every number has a next one
    when: [{fact: number, as: x, where: n < 1000000}]
    then: [{assert: number, set: {n: "${x.n + 1}"}}]
    why: counting
"""


def test_a_chain_that_does_not_end_is_undone_and_reported():
    world = World(PING_PONG)

    outcome = world.error("web")

    assert outcome.fuel_exhausted
    assert outcome.firings == outcome.facts_asserted == outcome.withdrawn == ()
    assert world.facts == []
    assert world.rules == []
    assert [element["id"] for element in world.memory.dump()["elements"]] == ["s1"]


def test_a_chain_within_its_fuel_ends_well():
    world = World(PING_PONG)

    assert not world.error("web", 999_999).fuel_exhausted
    assert len(world.facts) == 2


def test_fuel_counts_activations_and_the_bound_itself_is_allowed():
    world = World(PING_PONG, fuel=2)

    assert not world.error("web", 999_999).fuel_exhausted
    assert world.error("shop", 999_997).fuel_exhausted


def test_after_exhausted_fuel_what_lost_an_element_is_withdrawn_and_nothing_new_is_derived():
    world = World(PING_PONG)
    before = {firing.id for firing in world.error("web", 999_999).firings}
    assert len(before) == 2

    outcome = world.error("web", 9)

    assert outcome.fuel_exhausted
    assert set(outcome.withdrawn) == before
    assert len(outcome.facts_retracted) == 2
    assert outcome.firings == outcome.facts_asserted == ()
    assert world.facts == []


def test_exhausted_fuel_leaves_a_memory_that_goes_on_and_can_be_dumped():
    world = World(PING_PONG)
    world.error("web", 9)

    world.reload()

    assert fired(world.error("shop", 1_000_000)) == ["first"]
    assert world.resolve("error", service="web", value=9, limit=1) == NOTHING


CROSS = """
  - id: cross
    title: any three deploys
    when:
      - {signal: deploy, as: a}
      - {signal: deploy, as: b, where: service != a.service}
      - {signal: deploy, as: c, where: service == "none"}
    then: [{advise: "${a.revision} ${b.revision} ${c.revision}"}]
    why: any
"""


def test_a_join_that_looks_at_too_much_gives_up_like_a_chain_that_does_not_end():
    world = World(CROSS, fuel=1)
    outcomes = [world.signal("deploy", service=f"s{n}", revision="r") for n in range(40)]
    none = world.signal("deploy", service="none", revision="r")

    assert not any(outcome.fuel_exhausted for outcome in outcomes)
    assert none.fuel_exhausted  # 40 times 40 candidates, 1,000 allowed


BLOCKER = """
  - id: restart
    title: errors without slowness
    when:
      - {signal: error, as: err, where: value > 5}
      - not: {signal: slow, where: service == err.service}
    then: [{start: restart, incident: "${err.service}"}]
    why: errors
  - id: first
    title: slowness counts
    when: [{signal: slow, as: s}]
    then: [{assert: number, set: {n: "${s.value}"}}]
    why: slow
  - id: next
    title: every number has a next one
    when: [{fact: number, as: x, where: n < 1000000}]
    then: [{assert: number, set: {n: "${x.n + 1}"}}]
    why: counting
"""


def test_an_element_that_exhausts_the_fuel_still_forbids():
    world = World(BLOCKER)
    firing = only(world.error("web"))

    outcome = world.signal("slow", service="web", value=1)

    assert outcome.fuel_exhausted
    assert outcome.withdrawn == (firing.id,)


def test_facts_set_by_a_person_stand_even_when_what_follows_exhausts_the_fuel():
    world = World(PING_PONG)

    outcome = world.say("number", n=1)

    assert outcome.fuel_exhausted
    assert world.facts == [("number", {"n": 1})]
