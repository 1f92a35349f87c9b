"""Other rules take over while things are going on.

Incidents that are open go on by the machine they began with; the new rules judge what is known.
What held before and holds now is one condition: nothing about it begins again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from interlock.engine.fold import snapshot
from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import Web


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """Return the web bundle with a text of one file replaced."""
    files = bundles.web()
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


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

OTHER_WORDS = changed("rules.yaml", "nothing answers for", "NOTHING answers for")


def restarted(web: Web, files: Mapping[str, str], *, engines: str = "reference") -> Web:
    """Return the service after a restart with other files; what it lets out hangs."""
    web.freeze(reason="until the scripts are written")
    again = Web(files, store=web.store, engines=engines)
    again.script("web.restart", Answer("hangs"))
    again.script("web.switch", Answer("hangs"))
    again.thaw()
    return again


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


def held(web: Web) -> bool:
    """Return whether any incident is still held open by what the rules find."""
    return bool(web.state.supports)


def test_a_signal_lives_no_longer_because_the_rules_changed() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("29s")
    again = restarted(web, OTHER_WORDS)
    before = held(again)
    again.advance("2s")

    assert (before, held(again)) == (True, False)


def test_a_shorter_ttl_counts_from_when_the_signal_came() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("6s")
    again = restarted(web, changed("signals.yaml", "ttl: 30s", "ttl: 5s"))

    assert not held(again)


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


# --- other declarations -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "signals",
    [
        changed("signals.yaml", "up: bool", "up: string"),
        changed("signals.yaml", "up: bool", "up: bool\n      region: string"),
        changed("signals.yaml", "{type: int, min: 0,", "{type: int, min: 1,"),
        changed(
            "signals.yaml",
            "      up: bool\n      code",
            "      up: {type: bool, optional: true}\n      kode",
        ),
    ],
    ids=["another type", "one more field", "a narrower range", "a field less"],
)
def test_a_signal_that_is_no_longer_what_is_declared_is_left_behind(
    signals: Mapping[str, str],
) -> None:
    web = Web()
    web.probe(up=False)
    web.probe("api", up=False)
    files = {
        **signals,
        "rules.yaml": bundles.web()["rules.yaml"].replace('where: "!up"', "where: service != ''"),
        "restart-service.machine.yaml": bundles.web()["restart-service.machine.yaml"].replace(
            "where: service == ctx.service && up", "where: service == ctx.service"
        ),
    }
    again = restarted(web, files)

    assert again.state.memory is not None
    assert again.state.memory.signals() == ()
    assert again.state.supports == {}
    assert len(again.incidents) == 2


def test_a_signal_that_is_no_longer_declared_is_left_behind() -> None:
    web = Web()
    web.errors(0.75)
    web.probe(up=True)
    files = {
        name: text.replace("site.error_ratio", "site.errors")
        for name, text in bundles.web().items()
    }
    again = restarted(web, files)
    again.advance("1s")

    assert again.state.supports == {}
    assert [row.outcome for row in again.incidents] == [None]


def test_a_signal_keeps_the_latest_of_what_was_kept_apart() -> None:
    web = Web(
        changed(
            "signals.yaml",
            "    doc: One look at a service, as its users see it.\n    keep: latest",
            "    doc: One look.\n    keep: all",
        )
    )
    web.probe(up=False)
    web.advance("1s")
    web.signal("site.probe", service="shop", up=False, code=1)
    again = restarted(web, bundles.web())

    assert web.state.memory is not None
    assert again.state.memory is not None
    assert [s.fields["code"] for s, _ in web.state.memory.signals()] == [0, 1]
    assert [s.fields["code"] for s, _ in again.state.memory.signals()] == [1]


def test_an_open_incident_hears_signals_as_they_were_declared_when_it_began() -> None:
    """`up` is a truth value to the machine that waits and a text to the rules of today."""
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    files = {
        **changed("signals.yaml", "up: bool", "up: string"),
        "rules.yaml": bundles.web()["rules.yaml"].replace('where: "!up"', "where: up == 'no'"),
        "restart-service.machine.yaml": bundles.web()["restart-service.machine.yaml"].replace(
            "where: service == ctx.service && up", "where: service == ctx.service && up == 'yes'"
        ),
    }
    again = restarted(web, files)
    again.signal("site.probe", service="shop", up="yes", code=200)
    again.advance("2s")
    waiting = again.incidents[0].outcome
    again.probe(up=True)
    again.advance("2s")

    assert waiting is None
    assert again.incidents[0].outcome == "resolved"


def test_an_open_incident_hears_of_signals_the_rules_have_forgotten() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    files = {name: text.replace("site.probe", "site.look") for name, text in bundles.web().items()}
    again = restarted(web, files)
    again.probe(up=True)
    again.advance("2s")

    assert again.incidents[0].outcome == "resolved"


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
