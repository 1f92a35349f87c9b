"""Why: from the decisions in the journal, all the way down to the signals."""

from __future__ import annotations

import pytest

from interlock.engine import wording
from interlock.errors import NotFound
from interlock.testing import Answer, Harness
from tests import bundles
from tests.unit.engine.fold.conftest import BAD, Web
from tests.unit.engine.fold.test_waiting_for_facts import FACTS
from tests.unit.engine.reasons import Why, action, lines, nodes


def test_an_action_rests_on_verdict_looks_transition_firing_and_signal(why: Why) -> None:
    web = Web()
    web.observe("http.look", BAD, "connection refused", {"status": 200})
    web.probe(up=False)
    web.advance("5s")

    tree = lines(why(web, action(web, "web.restart")))
    assert tree[0] == "action: web.restart on shop: done"
    assert tree[1] == "  verdict: the gate says pass to attempt 1"
    assert tree[2] == "    check: freeze pass: nothing here is frozen"
    assert "  result: attempt 1: ok" in tree
    assert "  check: observed: not good, 0 in a row" in tree
    assert "  check: observed: not good connection refused, 0 in a row" in tree
    assert "  check: observed: good, 5 in a row" in tree
    assert "  result: done: verified by 5 good observations in a row" in tree
    assert tree[-3:] == [
        "  transition: start → restarting on start",
        "    firing: web/site-down: nothing answers for shop",
        "      signal: look: site.probe from test (code=0, service=shop, up=False)",
    ]


def test_an_incident_tells_its_moves_and_what_each_came_from(why: Why) -> None:
    web = Web()
    web.script("web.switch", Answer(outputs={"before": "v2"}))
    web.deploy()
    web.errors(0.75)
    web.advance("3s")
    web.errors(0.0)
    web.advance("2s")

    tree = lines(why(web, web.incidents[0].id))
    assert tree[0] == "incident: rollback-release for shop: resolved"
    assert "  transition: start → rolling_back on start" in tree
    assert "    firing: web/roll-back: v2 of shop is suspect; v1 was live before" in tree
    assert "      fact: release.suspect previous=v1, revision=v2, service=shop" in tree, (
        "a fact names its values"
    )
    assert any(line.startswith("        firing: web/suspect-release: 75 %") for line in tree)
    assert any("errors: site.error_ratio" in line and "value=0.75" in line for line in tree)
    assert "  transition: rolling_back → watching on done" in tree
    assert any(line.startswith("    action: web.switch on shop: done") for line in tree)
    assert any("watching → resolved on met: shop is healthy on v1" in line for line in tree)
    assert "    timer: hold was due" in tree


def test_every_node_names_the_entry_it_comes_from(why: Why) -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("2s")

    for node in nodes(why(web, web.only)):
        assert node.seq is not None
        assert 0 <= node.seq < len(web.store.entries)


def test_retries_and_refusals_are_part_of_the_story(why: Why) -> None:
    web = Web()
    web.script("web.restart", Answer("timeout", "deadline", "too slow"))
    web.probe(up=False)
    web.advance("20s")

    tree = lines(why(web, action(web, "web.restart")))
    assert "  result: will be tried again: timed_out" in tree
    assert "  verdict: the gate says pass to attempt 2" in tree
    assert "  result: attempt 2: timeout deadline" in tree
    assert "  result: timed_out: too slow" in tree


def test_what_people_order_is_named(why: Why) -> None:
    web = Web()
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    web.command("abort", web.only, "I have it")

    assert "    command: test ordered it: I have it" in lines(why(web, web.only))


def test_an_order_without_a_reason_says_who(why: Why) -> None:
    web = Web()
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    web.command("abort", web.only)

    assert "    command: test ordered it" in lines(why(web, web.only))


def test_what_was_asked_and_who_answered_is_named(why: Why) -> None:
    web = Web(bundles.asking_bundle())
    web.probe(up=False)
    for actor in ("ana", "ben"):
        web.answer(web.only, "approve", actor, roles=("web-on-call",), text="seen it")
    web.advance("5s")

    told = lines(why(web, web.only))

    assert "    question: asked web-on-call: Start shop again?" in told
    place = next(n for n, line in enumerate(told) if "on answer:approve" in line)
    assert told[place + 1 : place + 3] == [
        "    command: ana as web-on-call answered approve: seen it",
        "    command: ben as web-on-call answered approve: seen it",
    ]


def test_a_breached_service_level_is_named(why: Why) -> None:
    files, name = bundles.web(), "restart-service.machine.yaml"
    sla = "sla: {resolve_within: 20s, on_breach: handed_over}\n"
    files[name] = files[name].replace("outcomes:", f"{sla}outcomes:")
    web = Web(files)
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("20s")

    assert "    timer: the service level of the machine was breached" in lines(why(web, web.only))


def test_a_sample_that_ends_a_wait_at_once_is_named(why: Why) -> None:
    files = bundles.web()
    files["restart-service.machine.yaml"] = files["restart-service.machine.yaml"].replace(
        "      hold: 1s\n", ""
    )
    web = Web(files)
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)

    assert any(
        line.startswith("    signal: site.probe from test") and "up=True" in line
        for line in lines(why(web, web.only))
    )


def test_a_fact_that_ends_a_wait_is_named(why: Why) -> None:
    service = Harness({"all.yaml": FACTS})
    service.signal("svc.down", service="shop")
    service.signal("svc.spare", service="shop", size=4)

    assert "    fact: spare.ready stands" in lines(why(service, service.incidents[0].id))


def test_evidence_that_went_away_is_named(why: Why) -> None:
    files = bundles.web()
    files["restart-service.machine.yaml"] = files["restart-service.machine.yaml"].replace(
        "    on: {met: resolved}", "    on: {met: resolved, rule.withdrawn: resolved}"
    )
    web = Web(files)
    web.probe(up=False)
    web.advance("5s")
    web.signal("site.probe", service="shop", up=True, code=200, status="resolved")

    assert "    firing: the evidence went away" in lines(why(web, web.only))


def test_taking_back_is_named(why: Why) -> None:
    web = Web()
    web.errors(0.75)
    web.advance("3s")
    web.errors(0.9)
    web.advance("20s")

    tree = lines(why(web, web.incidents[0].id))
    assert "  transition: undoing → handed_over on done: the switch was undone" in tree
    assert "    result: taking back what was done has ended" in tree


def test_a_firing_tells_what_did_not_fire_because_of_it(why: Why) -> None:
    files = bundles.web()
    rule = "  - id: suspect-release\n"
    once = rule + "    once_per: [errors.service]\n"
    files["rules.yaml"] = files["rules.yaml"].replace(rule, once)
    web = Web(files)
    for revision in ("v2", "v3"):
        fields = {"service": "shop", "revision": revision, "previous": "v1", "by": "ana"}
        web.signal("deploy.finished", **fields)
    web.errors(0.75)

    (held,) = [node for node in nodes(why(web, web.only)) if node.kind == "suppressed"]

    assert held.title.startswith("web/suspect-release not fired again (once_per): 75 %")
    assert held.title.endswith("released v3")


def test_nothing_of_that_name_is_an_error(why: Why) -> None:
    with pytest.raises(NotFound, match="no incident or action is called 'inc-0'"):
        why(Web(), "inc-0")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([750_000, 6], "0.75"),
        ([-5, 1], "-0.5"),
        ([12, 0], "12"),
        ([1_000_000, 6], "1"),
        ([100, 0], "100"),
        ({"ms": 3}, '{"ms":3}'),
        (True, "True"),
        ("text", "text"),
        ([1, 2, 3], "[1, 2, 3]"),
        ({"list": [[5, 1], [-7, 1]]}, "[0.5, -0.7]"),
        ({"list": [1, 2]}, "[1, 2]"),
        ({"list": []}, "[]"),
    ],
)
def test_values_are_shown_as_people_read_them(value: object, shown: str) -> None:
    assert wording.shown(value) == shown
