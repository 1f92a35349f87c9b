"""``absent``: a signal has not been heard for some time, for one of the listed values."""

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
from interlock.rules.wording import worded
from tests.scale import count
from tests.unit.rules.given import SIGNALS, START_MS, World, fired, only, rulebase

SILENT = """
  - id: silent
    title: nobody hears of a service
    when:
      - absent: {signal: error, key: {service: [web, shop]}, for: 3m}
        as: gap
    then: [{start: look, incident: "${gap.service}"}]
    why: ${gap.service} since ${gap.since}
"""
JOINED = """
  - id: silent-and-slow
    title: nobody hears of a slow service
    when:
      - {signal: slow, as: slow}
      - absent: {signal: error, key: {service: [web, shop]}, for: 3m}
        as: gap
      - {signal: deploy, as: dep, where: [service == gap.service, at < gap.since]}
      - not: {fact: freeze, where: service == gap.service}
    then: [{start: look, incident: "${gap.service}"}]
    why: ${slow.service} ${dep.revision}
"""


@pytest.fixture
def world() -> World:
    return World(SILENT)


def incidents(world: World) -> list[str]:
    return [one.consequences[0].incident for one in world.memory.firings()]


# --- what is heard, and what is missed ----------------------------------------------------------


def test_what_was_never_heard_is_missed_from_the_moment_rules_listen(world: World):
    assert fired(world.wait(179_999)) == []

    outcome = world.wait(1)

    assert [one.why for one in outcome.firings] == [
        "shop since 1970-01-01T00:16:40Z",
        "web since 1970-01-01T00:16:40Z",
    ]


def test_a_value_is_missed_from_when_it_was_last_heard(world: World):
    world.wait(60_000)
    world.error("web")

    assert (incidents(world), fired(world.wait(120_000))) == ([], ["silent"])
    assert incidents(world) == ["shop"]
    firing = only(world.wait(60_000))

    assert firing.why == "web since 1970-01-01T00:17:40Z"
    (ref,) = firing.elements
    assert (ref.type, ref.basis.word, ref.basis.about) == ("error", "absent", "service=web")
    assert ref.basis.of == (("s2", "error", 2),)


def test_what_says_the_same_again_is_heard(world: World):
    for _ in range(10):
        world.error("web")
        world.error("shop")
        world.wait(179_999)

    assert world.rules == []


def test_what_is_heard_at_the_very_moment_is_too_late_and_then_withdraws(world: World):
    world.wait(180_000)
    assert incidents(world) == ["shop", "web"]

    outcome = world.error("web")

    assert len(outcome.withdrawn) == 1
    assert incidents(world) == ["shop"]
    assert fired(world.wait(180_000)) == ["silent"]


@pytest.mark.parametrize("service", ["cellar", "we"])
def test_a_value_that_is_not_listed_is_nobodys(world: World, service: str):
    world.wait(60_000)
    world.error(service)

    assert len(fired(world.wait(120_000))) == 2


def test_a_resolution_is_not_heard(world: World):
    world.error("web")
    world.wait(60_000)
    world.resolve("error", service="web", value=9, limit=1)
    world.error("shop")

    assert fired(world.wait(120_000)) == ["silent"]
    assert incidents(world) == ["web"]


def test_old_news_is_heard_no_more_than_it_is_remembered(world: World):
    world.error("web", at=START_MS)
    world.wait(100_000)
    world.error("web", at=START_MS - 1)

    assert "web" in [one.consequences[0].incident for one in world.wait(80_000).firings]


def test_what_is_missed_may_be_live_and_what_is_gone_may_be_heard():
    """A ttl says how long a signal counts, ``for`` how long it may be silent: neither bounds it."""
    long = World(SILENT.replace("for: 3m", "for: 1h"))
    long.error("web")
    long.wait(3_599_999)
    assert long.memory.elements_of("error") == ()
    assert long.rules == []

    short = World(SILENT)
    short.error("web")
    short.wait(180_000)

    assert [one.row["service"] for one in short.memory.elements_of("error")] == ["web"]
    assert incidents(short) == ["shop", "web"]


# --- which signals count ------------------------------------------------------------------------

TESTED = SILENT.replace("for: 3m", 'where: [has(previous), previous == "up"], for: 3m')


@pytest.mark.parametrize(
    ("previous", "missed"),
    [({"previous": "up"}, []), ({"previous": "down"}, ["web"]), ({}, ["web"])],
)
def test_a_signal_that_fails_the_tests_is_not_heard(previous: dict[str, str], missed: list[str]):
    world = World(TESTED)
    world.wait(100_000)
    world.error("web", **previous)
    world.error("shop", previous="up")
    world.wait(80_000)

    assert incidents(world) == missed


def test_a_test_that_cannot_be_decided_counts_as_heard_and_is_reported():
    world = World(SILENT.replace("for: 3m", "where: value / limit > 3, for: 3m"))
    world.wait(100_000)
    world.error("shop", 9, 1)

    outcome = world.error("web", 9, 0)

    assert [(one.rule, one.alias, one.test) for one in outcome.unknowns] == [
        ("silent", "gap", "value / limit > 3")
    ]
    assert fired(world.wait(80_000)) == []


def test_several_fields_are_watched_for_in_every_combination():
    world = World(
        SILENT.replace("signal: error", "signal: deploy").replace(
            "{service: [web, shop]}", "{revision: [r1, r2], service: [web, shop]}"
        )
    )
    world.wait(100_000)
    world.signal("deploy", service="web", revision="r1")
    world.signal("deploy", service="shop", revision="r3")

    outcome = world.wait(80_000)

    told = [one.elements[0].basis.about for one in outcome.firings]
    assert told == [
        "revision=r1, service=shop",
        "revision=r2, service=shop",
        "revision=r2, service=web",
    ]


def test_a_part_of_the_key_is_heard_whatever_the_rest_is():
    world = World(SILENT.replace("signal: error", "signal: deploy"))
    world.wait(100_000)
    world.signal("deploy", service="web", revision="r1")
    world.wait(79_000)
    world.signal("deploy", service="web", revision="r2")
    world.wait(100_000)

    assert incidents(world) == ["shop"]


# --- warm-up, and what nobody could hear --------------------------------------------------------

WARM = SILENT.replace("for: 3m", "for: 3m, after_start: 5m")


def test_nothing_is_missed_before_it_may_have_started():
    world = World(WARM)
    world.error("web")

    assert fired(world.wait(299_999)) == []
    assert fired(world.wait(1)) == ["silent", "silent"]


def test_after_the_start_a_silence_is_as_long_as_ever():
    world = World(WARM)
    world.wait(299_999)
    world.error("web")
    world.error("shop")

    assert fired(world.wait(179_999)) == []
    assert fired(world.wait(1)) == ["silent", "silent"]


@pytest.mark.parametrize(("rules", "wait"), [(SILENT, 30_000), (WARM, 300_000)])
def test_what_nobody_could_hear_is_given_a_chance(rules: str, wait: int):
    world = World(rules)
    world.wait(170_000)
    world.now += 3_600_000
    world.memory.put_off(now=world.now, until=world.now + 30_000, unheard=True)

    assert world.memory.next_expiry() == world.now + wait


def test_what_is_not_due_goes_on_where_somebody_listened():
    """Negative control of the above: other rules came, and the service never stopped."""
    world = World(SILENT)
    world.wait(170_000)
    world.memory.put_off(now=world.now, until=world.now + 30_000)

    assert fired(world.wait(10_000)) == ["silent", "silent"]


def test_what_is_missed_already_stays_so_over_a_stop(world: World):
    world.wait(180_000)
    world.now += 3_600_000
    world.memory.put_off(now=world.now, until=world.now + 30_000, unheard=True)

    assert incidents(world) == ["shop", "web"]


# --- with the rest of the language --------------------------------------------------------------


def test_it_joins_with_what_stands_before_and_after_it():
    world = World(JOINED)
    world.signal("deploy", service="web", revision="r1", at=START_MS - 1)
    world.signal("slow", service="other", value=1)

    firing = only(world.wait(180_000))

    assert firing.why == "other r1"
    assert world.say("freeze", service="web").withdrawn == (firing.id,)
    assert fired(world.unsay("freeze", "web")) == ["silent-and-slow"]
    assert len(world.error("web").withdrawn) == 1


def test_two_absences_of_one_signal_do_not_hear_for_each_other():
    world = World(
        SILENT
        + SILENT.replace("id: silent", "id: longer")
        .replace("[web, shop]", "shop")
        .replace("for: 3m", "for: 4m")
    )
    world.wait(180_000)
    assert world.rules == ["silent", "silent"]
    world.wait(60_000)
    assert world.rules == ["longer", "silent", "silent"]

    world.error("shop")

    assert world.rules == ["silent"]


def test_what_another_rule_listens_for_is_not_matched_by_this_one():
    world = World(SILENT + SILENT.replace("id: silent", "id: other").replace("web, shop", "cellar"))
    world.wait(180_000)

    assert world.rules == ["other", "silent", "silent"]
    assert len({one.elements[0].type for one in world.memory.firings()}) == 1


def test_a_fact_from_an_absence_stands_as_long_as_it_lasts():
    world = World(
        SILENT.replace(
            '{start: look, incident: "${gap.service}"}',
            '{assert: blamed, set: {service: "${gap.service}"}}',
        )
    )
    world.wait(180_000)
    (fact, *_) = world.memory.facts()

    assert [dict(one.fields)["service"] for one in world.memory.facts()] == ["shop", "web"]
    (root,) = world.memory.roots(fact.id, world.now + 5)
    assert (root.type, root.said_at) == ("error", world.now + 5)
    world.error("web")
    assert [dict(one.fields)["service"] for one in world.memory.facts()] == ["shop"]


def test_it_is_one_branch_of_an_any():
    world = World(
        """
  - id: bad
    title: t
    when:
      - any:
          - - {signal: error, as: it, where: value > 5}
          - - absent: {signal: error, key: {service: web}, for: 3m}
              as: it
    then: [{start: look, incident: "${it.service}"}]
    why: bad
"""
    )
    world.error("web", 1)
    assert fired(world.wait(180_000)) == ["bad"]
    assert fired(world.error("web", 9)) == ["bad"]
    assert world.memory.firings()[0].branch == "1"


def test_more_values_than_one_step_may_fire_for_are_missed_all_the_same():
    listed = ", ".join(f"s{n}" for n in range(50))
    world = World(SILENT.replace("web, shop", listed), fuel=3)

    outcome = world.wait(180_000)

    assert len(outcome.firings) == 50
    assert not outcome.fuel_exhausted


def test_it_reads_as_its_author_would_say_it():
    rules = TESTED.replace("for: 3m", "for: 3m, after_start: 5m")
    (pattern,) = rulebase(rules).rules["silent"].patterns

    assert worded(pattern, []) == (
        'no error with previous == "up" && has(previous) by service as gap'
        ' where service in ["shop", "web"] for 3m after 5m'
    )


# --- versions, dumps and other rules ------------------------------------------------------------

TIMES = st.lists(
    st.tuples(st.sampled_from(["web", "shop", "cellar"]), st.integers(0, 200_000)), max_size=12
)


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


def test_a_step_that_is_taken_back_has_heard_nothing_twice():
    """Who runs out of fuel hears what came all the same, once."""
    loop = """
  - id: loop
    title: t
    when: [{signal: error, as: e}]
    then: [{assert: number, set: {n: "${e.value}"}}]
    why: x
  - id: more
    title: t
    when: [{fact: number, as: old}]
    then: [{assert: number, set: {n: "${old.n + 1}"}}]
    why: x
"""
    world = World(SILENT + loop, fuel=20)
    world.wait(60_000)
    outcome = world.error("web")
    assert outcome.fuel_exhausted

    world.wait(120_000)
    assert incidents(world) == ["shop"]
    assert [one.since for one in world.memory._state.lulls if one.values == ("web",)] == [
        START_MS + 60_000
    ]
