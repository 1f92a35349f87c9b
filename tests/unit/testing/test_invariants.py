"""Invariants in simulated time: a violation fails the test and changes nothing else."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import Bundle
from interlock.testing import Answer, Harness, InvariantViolated, InvariantWatch, Violation
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.testing.given import judged

NAME = "restart-service.machine.yaml"


def web_that(*invariants: str) -> dict[str, str]:
    files = bundles.web()
    written = "".join(f"  - {one}\n" for one in invariants)
    files[NAME] = files[NAME].replace("outcomes:", f"invariants:\n{written}outcomes:")
    return files


def down(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")


NEVER_WATCHES = '{name: never watches, check: state != "watching"}'
RESTARTS_ONCE = "{name: restarts once, check: running.size() <= 1 && steps.size() <= 1}"
NEVER_RESTARTS = "{name: never restarts, never: {action: web.restart}}"
WATCHES_FIRST = "{name: watches first, never: {action: web.restart, unless_visited: watching}}"
PAGES_LATE = "{name: pages late, never: {action: page.on_call, unless_visited: restarting}}"


def test_what_holds_lets_a_test_be() -> None:
    web = Web(web_that(RESTARTS_ONCE, PAGES_LATE))
    web.probe(up=False)
    web.advance("1m")

    assert web.path(web.only) == ["restarting", "watching", "handed_over"]


@pytest.mark.parametrize(
    ("invariant", "seen"),
    [
        (NEVER_WATCHES, 'never watches: state != "watching" is false in watching'),
        (NEVER_RESTARTS, "never restarts: web.restart began in restarting"),
        (WATCHES_FIRST, "watches first: web.restart began in restarting without watching"),
        (
            "{name: nothing runs, check: running.size() == 0}",
            "nothing runs: running.size() == 0 is false in restarting",
        ),
        (
            "{name: nothing is done, check: steps.size() == 0}",
            "nothing is done: steps.size() == 0 is false in watching",
        ),
        (
            "{name: stays, check: visited.size() < 2}",
            "stays: visited.size() < 2 is false in watching",
        ),
    ],
)
def test_a_violation_is_raised_by_the_call_that_leads_to_it(invariant: str, seen: str) -> None:
    web = Web(web_that(invariant))
    with pytest.raises(InvariantViolated) as raised:
        down(web)

    assert str(raised.value).endswith(seen)
    assert raised.value.violation.machine == "restart-service"


def test_a_violation_changes_nothing_that_is_decided() -> None:
    """Told instead of raised, everything goes on as it would: the rows are those without any."""
    seen: list[Violation] = []
    told, unwatched = Harness(web_that(NEVER_RESTARTS), violated=seen.append), Web()
    for service in (told, unwatched):
        service.script("web.restart", Answer(outputs={"pid": 7, "state": "RUNNING"}))
        service.script("page.on_call", Answer())
        service.observe("supervisord.process", {"found": True})
        service.observe("http.look", {"status": 200})
        service.signal("site.probe", service="shop", up=False, code=0)
        service.advance("1m")

    assert [one.invariant.name for one in seen] == ["never restarts"]
    assert told.path(told.incidents[0].id) == unwatched.path(unwatched.only)
    assert [len(one.scripts.attempts) for one in (told, unwatched)] == [2, 2]


def test_a_harness_that_goes_on_from_a_store_knows_where_its_incidents_were() -> None:
    web = Web(web_that(WATCHES_FIRST.replace("watching", "restarting"), RESTARTS_ONCE))
    web.probe(up=False)
    again = Web(web.bundle, store=web.store)

    again.advance("1m")

    assert again.incidents[0].outcome == "handed_over"


def test_incidents_of_machines_nobody_knows_are_passed_over() -> None:
    watch = InvariantWatch()
    opened = {"incident": "inc-1", "digest": "ab", "context": {}}
    moved = {"incident": "inc-1", "n": 1, "dest": "x"}

    assert list(watch.take({"at": 0, "opened": [opened], "moves": [moved]})) == []


def test_a_scenario_in_which_an_invariant_is_violated_fails() -> None:
    text = """\
given: [{at: 0s, signal: site.probe, data: {service: shop, up: false, code: 0}}]
allow: [page.on_call, restart-service, web.restart]
expect:
  - {machine: restart-service, path: [restarting, watching, handed_over]}
"""
    bundle = Bundle.compile(web_that(NEVER_WATCHES))

    codes = [miss.code for miss in judged(text, bundle).misses if miss.severity == "error"]

    assert "RV620" in codes
