"""How incidents open, join, move and close."""

from __future__ import annotations

import pytest

from interlock.engine.fold.incidents import MAX_EVENTS, STUCK
from interlock.testing import Harness
from tests.unit.engine.fold.conftest import Web


def test_a_firing_opens_an_incident_and_its_machine_starts(web: Web) -> None:
    web.probe(up=False)

    assert [(i.key, i.machine, i.state) for i in web.incidents] == [
        ("shop", "restart-service", "restarting")
    ]


def test_an_incident_carries_which_rule_began_it_and_what_that_said(web: Web) -> None:
    web.probe(up=False)
    opened = web.incidents[0]
    web.probe(up=True)
    web.advance("5m")

    assert (opened.rule, opened.why) == ("web/site-down", "nothing answers for shop")
    assert web.incidents[0].closed_at
    assert web.incidents[0][-2:] == opened[-2:]


@pytest.mark.parametrize(("letters", "carried"), [(1_002, True), (1_003, False)])
def test_what_a_rule_says_is_carried_while_it_is_short(
    web: Web, letters: int, carried: bool
) -> None:
    web.probe(letters * "x", up=False)

    said = f"nothing answers for {letters * 'x'}"
    assert web.incidents[0].why == (said if carried else "")
    assert web.incidents[0].rule == "web/site-down"


def test_a_healed_service_is_resolved_only_when_the_signals_agree(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    before = web.incidents[0].outcome
    web.probe(up=True)
    web.advance("1s")

    assert before is None
    assert web.path(web.only) == ["restarting", "watching", "resolved"]
    assert web.incidents[0].outcome == "resolved"


def test_a_good_sample_must_hold_and_a_bad_one_starts_the_wait_anew(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("900ms")
    web.probe(up=False)
    web.advance("900ms")
    web.probe(up=True)
    web.advance("900ms")

    assert web.incidents[0].state == "watching"


def test_the_same_condition_again_does_not_open_a_second_incident(web: Web) -> None:
    web.probe(up=False)
    web.advance("100ms")
    web.signal("site.probe", service="shop", up=False, code=1)

    assert len(web.incidents) == 1


def test_a_condition_that_ends_and_comes_back_opens_a_new_incident(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("1s")
    web.probe(up=False)

    assert [i.outcome for i in web.incidents] == ["resolved", None]


def test_a_wait_that_runs_out_hands_over_and_pages(web: Web) -> None:
    web.probe(up=False)
    web.advance("1m")

    assert web.incidents[0].outcome == "handed_over"
    assert web.actions("page.on_call") == ["done"]


def test_an_abort_ends_the_incident_and_names_who_ordered_it(web: Web) -> None:
    web.probe(up=False)
    web.command("abort", web.only)

    assert web.incidents[0].outcome == "aborted"
    assert web.store.transitions[-1].actor == "test"


def test_a_chain_of_rules_blames_the_release_and_rolls_it_back(web: Web) -> None:
    web.deploy()
    web.errors(0.75)

    assert [i.machine for i in web.incidents] == ["rollback-release"]


def test_without_a_release_to_blame_the_lower_rule_acts(web: Web) -> None:
    web.errors(0.75)

    assert [i.machine for i in web.incidents] == ["fail-over"]


def test_a_cure_that_does_not_hold_is_undone_and_handed_over(web: Web) -> None:
    web.errors(0.75, "api")
    web.advance("3s")
    web.errors(0.0, "api")
    web.advance("2s")
    web.errors(1.0, "api")
    web.advance("20s")

    assert web.path(web.only) == ["switching", "watching", "undoing", "handed_over"]
    assert web.actions("web.switch_back") == ["done"]
    assert web.actions("page.on_call") == ["done"]


def test_annotations_and_acknowledgements_are_kept(web: Web) -> None:
    web.probe(up=False)
    web.command("annotate", web.only, "looks like the disk")
    web.command("acknowledge", web.only)

    assert web.incidents[0].acknowledged_by == "test"
    assert [a.text for a in web.store.annotations] == ["looks like the disk"]


# --- many at once -----------------------------------------------------------------------------

SITE = """
interlock: signals/v1
package: t
owner: t
signals:
  svc.down: {keep: latest, key: [service], ttl: 1h, fields: {service: string}}
  power.on: {keep: latest, key: [site], ttl: 1h, fields: {site: string}}
---
interlock: rules/v1
package: t
owner: t
rules:
  - id: down
    title: It is down
    severity: high
    when:
      - {signal: svc.down, as: down}
      - {signal: power.on, as: power}
    then: [{start: fix, incident: "${down.service}", with: {service: "${down.service}"}}]
    why: it is down though there is power
---
interlock: machine/v1
id: fix
package: t
version: 1
title: Wait until it passes
owner: t
doc: It waits.
context: {service: string}
outcomes: [passed, handed_over]
initial: watching
states:
  watching:
    wait: {signal: svc.down, where: service == "nobody"}
    on: {met: handed_over, rule.withdrawn: passed}
    after: {2h: handed_over}
  passed: {final: passed}
  handed_over: {final: handed_over}
"""

RESTLESS = """
interlock: actions/v1
package: t
owner: t
executor: nobody
actions:
  turn:
    version: 1
    title: Turn it
    inputs: {service: string}
    target: ${service}
    risk: none
    idempotency_key: ${service}
    timeout: 1s
---
interlock: inventory/v1
package: t
owner: t
targets: {other: {type: service, domain: here}}
"""

PING_PONG = SITE.replace("initial: watching", "initial: turning").replace(
    "  passed: {final: passed}",
    """  turning:
    run: turn
    with: {service: "${service}"}
    on: {done: watching, failed: watching, timed_out: watching, unverified: watching,
         refused: turning}
  passed: {final: passed}""",
)


def test_one_signal_may_end_more_incidents_than_one_incident_may_have_events() -> None:
    """The bound is on a machine that never comes to rest, not on how many there are."""
    harness = Harness({"all.yaml": SITE})
    harness.signal("power.on", site="here")
    for number in range(MAX_EVENTS + 50):
        harness.signal("svc.down", service=f"s{number}")
    harness.signal("power.on", status="resolved", site="here")

    assert {row.outcome for row in harness.incidents} == {"passed"}
    assert len(harness.incidents) == MAX_EVENTS + 50


def test_a_machine_that_never_comes_to_rest_is_given_up() -> None:
    harness = Harness({"all.yaml": f"{PING_PONG}---{RESTLESS}"})
    harness.signal("power.on", site="here")
    harness.signal("svc.down", service="shop")

    (incident,) = harness.incidents
    assert (incident.outcome, incident.state) == (STUCK, "turning")
    assert harness.state.intents == {}
    assert f"more than {MAX_EVENTS} events from one entry" in harness.export()


TWO_WAITS = """
interlock: signals/v1
package: t
owner: t
signals:
  svc.down: {keep: latest, key: [service], ttl: 1h, fields: {service: string}}
  svc.news: {keep: latest, key: [service], ttl: 1h, fields: {service: string, good: bool,
    odd: bool}}
---
interlock: rules/v1
package: t
owner: t
rules:
  - id: down
    title: It is down
    severity: high
    when: [{signal: svc.down, as: down}]
    then: [{start: fix, incident: "${down.service}", with: {service: "${down.service}"}}]
    why: it is down
  - id: odd
    title: Something is odd about it
    severity: high
    when: [{signal: svc.news, as: news, where: odd}]
    then: [{send: look, incident: "${news.service}"}]
    why: it is odd
---
interlock: machine/v1
id: fix
package: t
version: 1
title: Wait, then wait for something else
owner: t
doc: It waits.
context: {service: string}
events: {look: {}}
outcomes: [resolved, inspected]
initial: watching
states:
  watching:
    wait: {signal: svc.news, where: good}
    on: {met: resolved, look: looking}
    after: {1h: resolved}
  looking:
    wait: {signal: svc.news, where: "!good"}
    on: {met: inspected}
    after: {1h: resolved}
  resolved: {final: resolved}
  inspected: {final: inspected}
"""


def test_what_one_state_waited_for_does_not_end_the_wait_of_the_next() -> None:
    """One signal sends an event that moves the machine on, and meets what it waited for before."""
    harness = Harness({"all.yaml": TWO_WAITS})
    harness.signal("svc.down", service="shop")
    harness.signal("svc.news", service="shop", good=True, odd=True)
    moved = harness.incidents[0].state
    harness.signal("svc.news", service="shop", good=False, odd=False)

    assert moved == "looking"
    assert harness.incidents[0].outcome == "inspected"


@pytest.mark.parametrize("said", ["met", "done", "failed", "refused"])
def test_no_rule_says_what_only_a_step_of_the_machine_may_say(said: str) -> None:
    """A rule that sends `met` ends no wait; the first test above is the control."""
    harness = Harness({"all.yaml": TWO_WAITS.replace("{send: look,", f"{{send: {said},")})
    harness.signal("svc.down", service="shop")
    harness.signal("svc.news", service="shop", good=False, odd=True)

    assert harness.incidents[0].state == "watching"


def test_a_wait_is_met_while_the_machine_is_still_in_it() -> None:
    """Negative control of the above: without the event the same signal ends the wait."""
    harness = Harness({"all.yaml": TWO_WAITS})
    harness.signal("svc.down", service="shop")
    harness.signal("svc.news", service="shop", good=True, odd=False)

    assert harness.incidents[0].outcome == "resolved"
