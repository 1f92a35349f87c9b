"""When things leave by themselves."""

from dataclasses import dataclass

from interlock.rules.expiries import Expiries


@dataclass(eq=False)
class Thing:
    expiry: int | None
    is_live: bool = True


def watched(*things: Thing) -> Expiries:
    expiries = Expiries(lambda thing: thing.is_live)
    for thing in things:
        expiries.add(thing)
    return expiries


def test_the_soonest_comes_first():
    late, soon = Thing(20), Thing(10)

    expiries = watched(late, soon)

    assert expiries.next() == 10
    assert expiries.due(9) == []
    assert expiries.due(10) == [soon]
    assert expiries.due(30) == [late]
    assert expiries.next() is None


def test_a_refreshed_thing_leaves_at_its_new_time_once():
    thing = Thing(10)
    expiries = watched(thing)
    thing.expiry = 30

    assert expiries.next() == 30
    assert expiries.due(29) == []
    assert expiries.due(30) == [thing]
    assert expiries.due(99) == []


def test_a_thing_that_has_left_already_is_forgotten():
    gone, there = Thing(10), Thing(20)
    expiries = watched(gone, there)
    gone.is_live = False

    assert expiries.next() == 20


def test_a_thing_without_expiry_is_never_due():
    assert watched(Thing(None)).next() is None
