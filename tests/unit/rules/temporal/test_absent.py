"""``absent``: a signal has not been heard for some time, for one of the listed values."""

from __future__ import annotations

import pytest

from tests.unit.rules.given import START_MS, World, fired, only
from tests.unit.rules.temporal.silence import SILENT, TESTED, incidents


@pytest.fixture
def world() -> World:
    return World(SILENT)


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
