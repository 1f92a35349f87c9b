"""Other rules begin with what is known; the law: as if they had been there for what is live."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Outcome
from tests.unit.rules.given import SIGNALS, World, fired, rulebase

ALL = """
  - id: restart
    title: errors
    salience: 5
    exclusive: remedy
    when: [{signal: error, as: err}]
    then: [{start: restart, incident: "${err.service}", with: {value: "${err.value}"}}]
    why: ${err.service} has ${err.value} errors
  - id: roll-back
    title: a release
    exclusive: remedy
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: deploy, as: dep, where: service == err.service}
    then: [{start: roll-back, incident: "${err.service}"}]
    why: ${dep.revision} is bad
  - id: suspicion
    title: suspect
    when: [{signal: slow, as: slow}]
    then: [{assert: suspect, set: {service: "${slow.service}", value: "${slow.value}"}}]
    why: it is slow
  - id: quiet
    title: slow and not frozen
    when:
      - {fact: suspect, as: sus}
      - not: {fact: freeze, where: service == sus.service}
    then: [{start: look, incident: "${sus.service}"}]
    why: nobody froze ${sus.service}
"""
OTHER_WORDS = ALL.replace("has ${err.value} errors", "fails")

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("error"), st.sampled_from("ab"), st.integers(4, 7)),
        st.tuples(st.just("slow"), st.sampled_from("ab"), st.integers(4, 7)),
        st.tuples(st.just("deploy"), st.sampled_from("ab"), st.integers(1, 2)),
        st.tuples(st.just("gone"), st.sampled_from("ab"), st.sampled_from(["error", "slow"])),
        st.tuples(st.just("freeze"), st.sampled_from("ab"), st.just(0)),
        st.tuples(st.just("wait"), st.just(""), st.sampled_from([1_000, 200_000])),
    ),
    max_size=20,
)


def play(world: World, steps: list[tuple[str, str, object]]) -> None:
    for what, service, value in steps:
        match what:
            case "deploy":
                world.signal("deploy", service=service, revision=f"r{value}")
            case "gone":
                world.resolve(str(value), service=service, value=0, limit=0)
            case "freeze":
                world.say("freeze", service=service)
            case "wait":
                world.wait(int(str(value)))
            case _:
                world.signal(what, service=service, value=value, limit=1)


def adopt(world: World, rules: str, **more: str) -> tuple[WorkingMemory, Outcome]:
    """Let other rules take over."""
    memory = WorkingMemory(rulebase(rules, **more), evaluations=True)
    world.position += 1
    return memory, memory.adopt(world.memory, position=world.position, now=world.now)


def effects(memory: WorkingMemory) -> list[tuple[str, object]]:
    return sorted((f.rule, repr(f.consequences)) for f in memory.firings())


def facts(memory: WorkingMemory) -> list[str]:
    return sorted(f"{f.fact} {sorted(f.fields.items())}" for f in memory.facts())


@given(STEPS)
def test_rules_that_say_the_same_find_the_same(steps: list[tuple[str, str, object]]) -> None:
    """adopt(memory) has the firings, facts and expiry of memory, whatever came before."""
    world = World(ALL)
    play(world, steps)

    memory, outcome = adopt(world, OTHER_WORDS)

    assert effects(memory) == effects(world.memory)
    assert facts(memory) == facts(world.memory)
    assert memory.next_expiry() == world.memory.next_expiry()
    assert sorted(f.supersedes or "" for f in outcome.firings) == list(outcome.withdrawn)
    assert {e.position for e in outcome.evaluations} <= {world.position}
    assert {f.formed_at for f in outcome.firings} <= {world.position}


@given(STEPS)
def test_what_was_adopted_goes_on_like_what_was_restored(
    steps: list[tuple[str, str, object]],
) -> None:
    """load(dump(adopted)) == adopted."""
    world = World(ALL)
    play(world, steps)
    memory, _ = adopt(world, OTHER_WORDS)

    again = WorkingMemory.load(memory.rulebase, memory.dump(), evaluations=True)

    assert again.dump() == memory.dump()
    assert again.next_expiry() == memory.next_expiry()


def test_an_effect_that_is_new_has_nothing_to_take_the_place_of() -> None:
    world = World(ALL)
    world.error("a")
    _, outcome = adopt(world, ALL.replace("start: restart", "start: reboot"))

    assert fired(outcome) == ["restart"]
    assert [f.supersedes for f in outcome.firings] == [None]
    assert len(outcome.withdrawn) == 1


def test_rules_without_anything_to_say_withdraw_what_there_was() -> None:
    world = World(ALL)
    world.error("a")
    held = [f.id for f in world.memory.firings()]

    only_releases = ALL[ALL.index("  - id: roll-back") : ALL.index("  - id: suspicion")]
    memory, outcome = adopt(world, only_releases)

    assert list(outcome.withdrawn) == held
    assert outcome.firings == memory.firings() == ()


def test_more_live_signals_than_one_step_may_fire_for_are_taken_over_all_the_same() -> None:
    world = World(ALL, fuel=3)
    for number in range(20):
        world.error(f"s{number}")
    memory = WorkingMemory(rulebase(OTHER_WORDS), fuel=3)

    outcome = memory.adopt(world.memory, position=99, now=world.now)

    assert not outcome.fuel_exhausted
    assert len(outcome.firings) == 20


@pytest.mark.parametrize(
    ("facts", "stays"),
    [
        ("  freeze:\n    key: [service]\n    ttl: 1h\n", True),
        ("  freeze:\n    key: [service]\n    ttl: 2h\n", False),
    ],
)
def test_what_a_person_said_stays_where_it_is_declared_as_before(facts: str, stays: bool) -> None:
    world = World(ALL)
    world.say("freeze", service="a")
    signals = SIGNALS.replace("  freeze:\n    key: [service]\n    ttl: 1h\n", facts)

    memory, _ = adopt(world, ALL, signals=signals)

    assert [f.fact for f in memory.facts()] == (["freeze"] if stays else [])
    assert (memory.next_expiry() is not None) == stays
