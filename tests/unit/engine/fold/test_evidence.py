"""What an incident rests on, while what was found comes, goes and comes again."""

from __future__ import annotations

import json

from interlock.testing import Harness
from tests.unit.engine.fold.conftest import Web

ESCALATION = """
interlock: signals/v1
package: t
owner: t
signals:
  svc.down: {keep: latest, key: [service], ttl: 1h, fields: {service: string}}
  vip.hurt: {keep: latest, key: [service], ttl: 10s, fields: {service: string, who: string}}
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
  - id: hurt
    title: Somebody important is hurt
    severity: high
    when: [{signal: vip.hurt, as: hurt}]
    then: [{send: escalate, incident: "${hurt.service}"}]
    why: somebody is hurt
---
interlock: machine/v1
id: fix
package: t
version: 1
title: Wait for news
owner: t
doc: It waits.
context: {service: string}
events: {escalate: {}}
outcomes: [resolved]
initial: watching
states:
  watching:
    wait: {signal: svc.down, where: service == "nobody"}
    on: {met: resolved, escalate: watching}
    after: {1h: resolved}
  resolved: {final: resolved}
"""


def age(web: Web) -> int:
    """Return how old the gate took the evidence to be, ms."""
    (row,) = [r for r in web.store.actions.values() if r.action == "web.restart"]
    return next(
        f["numbers"]["age_ms"]
        for f in json.loads(row.verdict)["findings"]
        if f["interlock"] == "freshness"
    )


def test_a_condition_that_came_back_is_as_fresh_as_it_was_seen_last(web: Web) -> None:
    web.freeze()
    web.probe(up=False)
    web.advance("1s")
    web.probe(up=True)
    web.advance("35s")
    web.probe(up=False)
    web.advance("100ms")
    web.thaw()

    assert web.actions("web.restart") == ["dispatched"]
    assert age(web) <= 200


def test_a_condition_that_went_away_keeps_the_age_it_was_last_known_at(web: Web) -> None:
    """Negative control: without coming back it grows too old to act on."""
    web.freeze()
    web.probe(up=False)
    web.advance("1s")
    web.probe(up=True)
    web.advance("35s")
    web.thaw()

    assert web.actions("web.restart") == ["refused"]
    assert age(web) > 30_000


def test_a_condition_that_comes_and_goes_leaves_nothing_behind(web: Web) -> None:
    web.freeze()
    for _ in range(10):
        web.probe(up=False)
        web.advance("1s")
        web.probe(up=True)
        web.advance("1s")

    (incident,) = web.state.incidents.values()
    assert len(incident.evidence) == 1


def test_an_incident_relies_on_what_holds_it_and_on_the_latest_event_sent_to_it() -> None:
    harness = Harness({"all.yaml": ESCALATION})
    harness.signal("svc.down", service="shop")
    for number in range(5):
        harness.signal("vip.hurt", service="shop", who=f"{number}")
        harness.advance("20s")

    (incident,) = harness.state.incidents.values()
    assert len(incident.supports) == 1
    assert incident.supports[0] in {ground[0] for ground in incident.evidence}
    assert len(incident.evidence) == 2
