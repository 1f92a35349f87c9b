"""What an element rests on in the end."""

from tests.unit.rules.given import START_MS, World
from tests.unit.rules.test_chain import CHAIN, CIRCLE


def test_a_signal_is_its_own_root():
    world = World(CHAIN)
    world.error("web")

    (root,) = world.memory.roots("s1", world.now)

    assert (root.id, root.type, root.position, root.said_at) == ("s1", "error", 1, START_MS)


def test_a_derived_fact_rests_on_every_signal_behind_it():
    world = World(CHAIN)
    world.error("web")
    world.signal("deploy", service="web", revision="r1")
    blamed = world.memory.facts()[1]

    assert [root.id for root in world.memory.roots(blamed.id, world.now)] == ["s1", "s2"]


def test_a_fact_a_person_set_is_its_own_root():
    world = World(CHAIN)
    world.say("suspect", service="web", value=1)
    world.signal("deploy", service="web", revision="r1")

    assert [root.id for root in world.memory.roots("f2.0", world.now)] == ["f1.0", "s2"]


def test_a_circle_rests_on_what_holds_it_up():
    world = World(CIRCLE)
    world.error("web")

    assert [root.id for root in world.memory.roots("f1.1", world.now)] == ["s1"]


def test_an_element_that_has_gone_rests_on_nothing():
    assert World(CHAIN).memory.roots("s9", 0) == ()
