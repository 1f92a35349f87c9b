"""``except:`` what a rule does not fire for, for a reason and for a time."""

from __future__ import annotations

import pytest

from interlock.rules.model import Outcome
from tests.unit.rules.given import World, findings, fired, only

DAY = 86_400_000
RULE = """
  - id: burning
    title: burning
    when:
      - {signal: error, as: err, where: value > 5}
      - {signal: deploy, as: dep, where: service == err.service}
    then: [{start: restart, incident: "${err.service}"}]
    why: ${err.service} after ${dep.revision}
    except:
      - id: EX-12
        on: err
        where: [service == "batch", dep.revision != "r9"]
        reason: it fails by design
        ticket: OPS-4411
        expires: 1970-01-01
"""


def world(rule: str = RULE, service: str = "batch", revision: str = "r1") -> World:
    made = World(rule)
    made.signal("deploy", service=service, revision=revision)
    return made


def held(outcome: Outcome) -> list[tuple[str, str, int | None, str]]:
    return [(one.kind, one.by, one.until, one.reason) for one in outcome.suppressed]


def test_a_match_that_an_exception_covers_does_not_fire_and_says_why():
    outcome = world().error("batch")

    assert fired(outcome) == []
    assert held(outcome) == [("except", "EX-12", DAY, "it fails by design")]
    assert outcome.suppressed[0].why == "batch after r1"
    assert [e.alias for e in outcome.suppressed[0].elements] == ["err", "dep"]


def test_what_no_exception_covers_fires():
    assert fired(world(service="web").error("web")) == ["burning"]
    assert fired(world(revision="r9").error("batch")) == ["burning"]


def test_an_exception_counts_through_its_last_day_by_the_clock_of_the_journal():
    before, after = world(), world()
    before.now = DAY - 1
    after.now = DAY

    assert fired(before.error("batch")) == []
    assert fired(after.error("batch")) == ["burning"]


def test_what_still_matches_when_its_exception_expires_fires_then():
    one = world()
    one.now = DAY - 60_000
    one.signal("deploy", service="batch", revision="r2")
    one.error("batch")

    assert one.memory.next_expiry() == 1_000_000 + 3_600_000
    one.memory.expire(now=DAY - 60_000, position=90)
    one.position = 90
    assert one.memory.next_expiry() == DAY
    firing = only(one.wait(60_000))
    assert (firing.why, one.memory.suppressed()) == ("batch after r2", ())


def test_what_is_excepted_is_remembered():
    one = world()
    one.error("batch")
    one.reload()

    assert [(held.by, held.until) for held in one.memory.suppressed()] == [("EX-12", DAY)]
    assert one.memory.dump()["activations"][0]["exception"] == "EX-12"


def test_an_excepted_match_that_ends_says_nothing():
    one = world()
    one.error("batch")

    outcome = one.resolve("error", service="batch", value=9, limit=1)

    assert (outcome.withdrawn, one.memory.suppressed()) == ((), ())


def test_an_excepted_match_takes_no_turn_and_begins_no_cooldown():
    one = world(
        RULE.replace("    when:", "    once_per: [err.limit]\n    cooldown: 30m\n    when:")
    )
    one.error("batch")
    one.signal("deploy", service="web", revision="r1")

    assert fired(one.error("web")) == ["burning"]


def test_an_exception_that_cannot_be_decided_excepts_and_says_so():
    rule = RULE.replace('service == "batch"', "value / limit > 3")
    outcome = world(rule).error("batch", limit=0)

    assert (fired(outcome), held(outcome)[0][1]) == ([], "EX-12")
    assert [(one.alias, one.test) for one in outcome.unknowns] == [
        ("EX-12", "err: value / limit > 3")
    ]


def test_of_several_exceptions_the_first_that_covers_is_told():
    more = (
        RULE
        + """
      - {id: EX-13, on: dep, where: revision == "r9", reason: canary, expires: 1970-01-02}
      - {id: EX-14, on: dep, where: revision == "r9", reason: canary, expires: 1970-01-03}
"""
    )
    outcome = world(more, revision="r9").error("batch")

    assert held(outcome) == [("except", "EX-13", 2 * DAY, "canary")]


def test_when_one_exception_expires_another_may_go_on():
    one = world(
        RULE
        + """
      - {id: EX-13, on: err, where: service == "batch", reason: still, expires: 1970-01-02}
"""
    )
    one.now = DAY - 60_000
    one.memory.expire(now=one.now, position=50)
    one.position = 50
    one.signal("deploy", service="batch", revision="r2")
    one.error("batch")

    assert held(one.wait(60_000)) == [("except", "EX-13", 2 * DAY, "still")]


def test_the_version_covers_every_word_of_an_exception():
    digests = {
        world(RULE.replace(old, new)).rulebase.digest
        for old, new in [
            ("EX-12", "EX-12"),
            ("EX-12", "EX-13"),
            ("fails by", "failed by"),
            ("OPS-4411", "OPS-4412"),
            ("1970-01-01", "1970-01-02"),
            ('"batch"', '"web"'),
        ]
    }

    assert len(digests) == 6


WRITTEN = """\
interlock: rules/v1
rules:
  - id: r
    title: r
    when: [{signal: error, as: err}]
    then: [{advise: look}]
    why: r
    except:
      - {id: EX-1, on: err, where: value > 5, reason: known, expires: 2027-03-31}
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", None),
        ("value > 5", "valeu > 5", "r:9:36: error [RV201]"),
        ("value > 5", "value", "r:9:36: error [RV202]"),
        ("on: err", "on: er", "r:9:24: error [RV201] no alias is called 'er'"),
        (", on: err", "", "r:9:9: error [RV111]"),
        (", reason: known", "", "r:9:9: error [RV111]"),
        (", expires: 2027-03-31", "", "r:9:9: error [RV111]"),
        ("2027-03-31", "2027-02-30", "r:9:71: error [RV110] expected a date such as"),
        ("2027-03-31", "31.3.2027", "r:9:71: error [RV110]"),
        ("2027-03-31", "20270331", "r:9:71: error [RV110]"),
        ("2027-03-31", "9999-12-31", "r:9:71: error [RV110]"),
        ("EX-1", '"EX 1"', "r:9:14: error [RV121]"),
        ("reason: known", 'reason: ""', "r:9:55: error [RV110]"),
        ("where: value > 5", "where: []", "r:9:36: error [RV110]"),
        ("value > 5", "has(previous) && previous == 'x'", None),
        ("value > 5", "previous == 'x'", "r:9:36: error [RV204]"),
    ],
)
def test_faults_are_reported_at_their_place(old: str, new: str, found: str | None):
    reported = findings(WRITTEN.replace(old, new) if old else WRITTEN)

    assert (reported == []) if found is None else reported[0].startswith(found), reported


def test_two_exceptions_of_one_rule_have_different_ids():
    line = WRITTEN.splitlines()[-1]

    assert findings(WRITTEN + line + "\n") == [
        "r:10:14: error [RV310] exception 'EX-1' is written already (give it another id)"
    ]
