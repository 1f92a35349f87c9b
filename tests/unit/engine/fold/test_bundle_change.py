"""Other rules take over while things are going on.

Incidents that are open go on by the machine they began with; the new rules judge what is known.
What held before and holds now is one condition: nothing about it begins again.
"""

from __future__ import annotations

import json

from interlock.engine.fold import snapshot
from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.fold.other_rules import OTHER_WORDS, changed, restarted

NEEDS_MORE = changed(
    "rules.yaml",
    """        where: "!up"
    then:""",
    """        where: "!up"
      - signal: deploy.finished
        as: deploy
        where: service == look.service
    then:""",
)
"""The same, but for a release that a restart waits for."""


def decided(web: Web, topic: str) -> list[dict[str, object]]:
    """Return what the decision about the last bundle says of a topic."""
    entries = [json.loads(line)["entry"] for line in web.export().splitlines()]
    bundle = max(n for n, entry in enumerate(entries) if entry["kind"] == "bundle")
    decision = next(e for e in entries if e["kind"] == "decision" and e["of"] == bundle)
    return decision.get(topic, [])


# --- incidents go on --------------------------------------------------------------------------


def test_an_open_incident_keeps_its_machine_and_the_next_one_has_the_new() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    files = changed("restart-service.machine.yaml", "hold: 1s", "hold: 9s")
    again = restarted(web, files)
    again.probe(up=True)
    again.advance("2s")
    first = again.incidents[0].outcome
    again.probe("api", up=False)
    digests = [row.machine_digest for row in again.incidents]

    assert first == "resolved"
    assert len(set(digests)) == 2


def test_a_condition_that_holds_under_both_goes_on_as_one() -> None:
    web = Web()
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    again = restarted(web, OTHER_WORDS)

    assert len(again.incidents) == 1
    (incident,) = again.state.incidents.values()
    assert [incident.id] == list(again.state.supports.values())
    assert decided(again, "opened") == []
    again.probe(up=True)
    assert incident.supports == ()


def test_what_people_have_taken_over_is_not_begun_again() -> None:
    """Negative control: where the bundle stays, a condition that comes anew does begin."""
    web = Web()
    web.script("web.restart", Answer("error"))
    web.probe(up=False)
    web.advance("1s")
    again = restarted(web, OTHER_WORDS)
    again.advance("1s")
    same = [row.outcome for row in again.incidents]
    again.probe(up=True)
    again.probe(up=False)

    assert same == ["handed_over"]
    assert [row.outcome for row in again.incidents] == ["handed_over", None]


def test_an_incident_whose_rule_is_gone_hears_that_it_is_withdrawn() -> None:
    files = changed("rules.yaml", '        where: "!up"', '        where: "!up && code == 7"')
    web = Web(
        changed(
            "restart-service.machine.yaml",
            "on: {met: resolved}",
            "on: {met: resolved, rule.withdrawn: resolved}",
        )
    )
    web.probe(up=False)
    web.advance("5s")
    again = restarted(web, files)

    assert again.incidents[0].outcome == "resolved"


def test_a_bundle_with_the_same_rules_decides_nothing_anew() -> None:
    web = Web()
    web.probe(up=False)
    firings = dict(web.state.supports)
    again = restarted(
        web, changed("inventory.yaml", "  api:", "  cart: {type: service, domain: b}\n  api:")
    )

    assert again.state.supports == firings
    assert decided(again, "firings") == []


# --- new rules decide -------------------------------------------------------------------------


def test_a_new_rule_decides_about_what_is_known_already() -> None:
    web = Web(NEEDS_MORE)
    web.probe(up=False)
    again = restarted(web, bundles.web())

    assert web.store.incidents.keys() == {row.id for row in again.incidents}
    assert [(row.key, row.machine) for row in again.incidents] == [("shop", "restart-service")]


def test_no_rule_fires_for_what_another_signal_forbids() -> None:
    """Errors came before the deploy: taken one by one they would have begun a fail-over."""
    more = "        where: value > 0.5\n      - signal: site.probe\n        as: {}\n"
    web = Web(changed("rules.yaml", "        where: value > 0.5\n", more.format("probe")))
    web.errors(0.75)
    web.deploy()
    before = len(web.incidents)
    again = restarted(web, bundles.web())
    again.advance("1s")

    assert before == 0
    assert [row.machine for row in again.incidents] == ["rollback-release"]


def test_who_holds_an_exclusive_group_keeps_it() -> None:
    """Taken anew by salience, the restart would push the roll-back aside."""
    web = Web()
    web.script("web.switch", Answer("hangs"))
    web.deploy()
    web.errors(0.75)
    web.probe(up=False)
    before = [row.machine for row in web.incidents]
    again = restarted(web, OTHER_WORDS)
    again.script("web.switch", Answer("hangs"))
    again.advance("1s")

    assert before == ["rollback-release"]
    assert [row.machine for row in again.incidents] == ["rollback-release"]


# --- two engines ------------------------------------------------------------------------------


def test_nothing_the_new_rules_find_is_let_out_before_the_second_engine_agrees() -> None:
    web = Web(NEEDS_MORE, engines="both")
    web.probe(up=False)
    web.errors(0.75, "api")
    web.record({"kind": "agreement", "through": web.state.seq, "count": 1})
    again = restarted(web, bundles.web(), engines="both")
    again.advance("1s")
    held = again.actions("web.restart")
    again.record({"kind": "agreement", "through": again.state.seq, "count": 1})

    assert held == ["held"]
    assert again.actions("web.restart") == ["dispatched"]


def test_what_the_engines_differ_on_under_the_new_rules_goes_to_people() -> None:
    web = Web(NEEDS_MORE, engines="both")
    web.probe(up=False)
    again = restarted(web, bundles.web(), engines="both")
    again.advance("1s")
    position = again.state.evaluations[-1].position
    about = {"position": position, "pack": "p", "expected": [], "found": []}
    again.record({"kind": "disagreement", **about})

    assert again.actions("web.restart") == ["refused"]
    assert again.incidents[0].outcome == "handed_over"


# --- what is kept -----------------------------------------------------------------------------


def test_a_snapshot_names_only_bundles_somebody_still_needs() -> None:
    """Or a bundle of years ago that no longer compiles could keep the service from starting."""
    web = Web()
    web.probe(up=False)
    pinned = restarted(web, OTHER_WORDS)
    needed = json.loads(snapshot.take(pinned.state))["bundles"]
    pinned.command("abort", pinned.only)
    pinned.probe(up=True)
    pinned.advance("1m")
    left = json.loads(snapshot.take(pinned.state))["bundles"]

    assert len(needed) == 2
    assert left == [pinned.bundle.digest]
