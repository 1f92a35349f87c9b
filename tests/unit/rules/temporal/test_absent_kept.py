"""What was heard is kept in dumps, and by rules that listen alike; others begin anew."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.digest import canonical, decode
from interlock.language import load_documents
from interlock.language.params import read_parameters
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.temporal.lulls import Lulls
from tests.scale import count
from tests.unit.rules.given import SIGNALS, START_MS, World, fired, rulebase
from tests.unit.rules.temporal.silence import SILENT, incidents

TIMES = st.lists(
    st.tuples(st.sampled_from(["web", "shop", "cellar"]), st.integers(0, 200_000)), max_size=12
)


@pytest.fixture
def world() -> World:
    return World(SILENT)


def odd_moments(times: list[tuple[str, int]], cut: int, rest: int) -> list[int]:
    """Return when memory misses otherwise than a look at all times of signals so far."""
    world, heard, odd = World(SILENT), {"web": START_MS, "shop": START_MS}, []
    for place, (service, later) in enumerate([*times, ("", rest)]):
        if place == cut:
            data = decode(canonical(world.memory.dump()))
            world.memory = WorkingMemory.load(world.rulebase, data)
        world.wait(later)
        missed = sorted(name for name, last in heard.items() if last + 180_000 <= world.now)
        odd += [world.now] if sorted(incidents(world)) != missed else []
        if service:
            world.error(service)
            heard |= {service: world.now} if service in heard else {}
    return odd


@settings(max_examples=count(sample=60, full=5_000))
@given(TIMES, st.integers(0, 12), st.integers(0, 400_000))
def test_it_is_missed_iff_a_naive_look_at_the_times_says_so(times, cut, rest):
    """fired at t ⟺ no signal of the value in (t - for, t], whatever was dumped and loaded."""
    assert odd_moments(times, cut, rest) == []


def test_a_memory_that_does_not_hear_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """Negative control of the law above."""
    monkeypatch.setattr(Lulls, "hear", lambda *_: None)

    assert odd_moments([("web", 60_000)], 9, 125_000) == [START_MS + 185_000]


def test_a_dump_in_the_middle_goes_on_alike(world: World):
    other = World(SILENT)
    for one in (world, other):
        one.error("web")
        one.wait(185_000)
        one.error("shop")
    data = decode(canonical(other.memory.dump()))
    other.reload()

    assert other.memory.dump() == data
    for one in (world, other):
        one.wait(100_000)
        one.error("web")
        one.wait(200_000)
    assert other.memory.dump() == world.memory.dump()
    assert [one.why for one in other.memory.firings()] == [o.why for o in world.memory.firings()]


def test_the_order_and_number_of_values_written_make_no_other_version():
    one = rulebase(SILENT)
    other = rulebase(SILENT.replace("[web, shop]", "[shop, web, shop]"))
    less = rulebase(SILENT.replace("[web, shop]", "[shop]"))

    assert one.digest == other.digest
    assert less.digest == rulebase(SILENT.replace("[web, shop]", "shop")).digest
    assert one.digest != less.digest


def test_a_parameter_lists_what_is_watched_for():
    params = "interlock: params/v1\nparams:\n  tier1: {type: list<string>, default: [web, shop]}\n"
    rules = "interlock: rules/v1\nrules:\n" + SILENT.replace("[web, shop]", '"${params.tier1}"')
    documents = [
        *load_documents(SIGNALS, "s"),
        *load_documents(rules, "r"),
        *load_documents(params, "p"),
    ]

    found = load_rulebase(documents, read_parameters(documents).parameters)

    assert found.digest == rulebase(SILENT).digest


def adopted(world: World, rules: str) -> World:
    after = World(rules)
    after.memory = WorkingMemory(after.rulebase, evaluations=True)
    after.now, after.position = world.now, world.position + 1
    after.memory.adopt(world.memory, position=after.position, now=after.now)
    return after


def test_rules_that_listen_alike_go_on_with_what_was_heard(world: World):
    world.error("web")
    world.wait(185_000)
    held = [one.id for one in world.memory.firings()]
    world.wait(1_000)
    world.error("shop")

    after = adopted(world, SILENT.replace("[web, shop]", "[cellar, web, shop]"))

    assert incidents(after) == ["web"]
    assert len(held) == 2
    assert fired(after.wait(179_999)) == []
    assert [one.why for one in after.wait(1).firings] == [
        "cellar since 1970-01-01T00:19:46Z",
        "shop since 1970-01-01T00:19:46Z",
    ]


def test_rules_that_listen_otherwise_begin_anew(world: World):
    world.wait(180_000)

    after = adopted(world, SILENT.replace("for: 3m", "for: 4m"))

    assert incidents(after) == []
    assert fired(after.wait(239_999)) == []
    assert len(fired(after.wait(1))) == 2


def test_what_is_adopted_is_not_heard_for_that(world: World):
    world.error("web")
    world.wait(100_000)

    after = adopted(world, SILENT.replace("title: nobody", "title: no one"))

    assert fired(after.wait(79_999)) == []
    assert len(fired(after.wait(1))) == 2
