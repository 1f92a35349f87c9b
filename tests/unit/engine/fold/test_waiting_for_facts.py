"""What ends a wait for a fact is that one stands, not that one came: laws of `waiting`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from interlock.engine.fold import snapshot
from interlock.testing import Harness

FACTS = """
interlock: signals/v1
package: t
owner: t
signals:
  svc.down: {keep: latest, key: [service], ttl: 1h, fields: {service: string}}
  svc.spare: {keep: latest, key: [service], ttl: 1h, fields: {service: string, size: int}}
facts:
  spare.ready: {key: [service], fields: {service: string, size: int}}
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
  - id: spare
    title: There is a spare
    severity: low
    when: [{signal: svc.spare, as: spare}]
    then:
      - assert: spare.ready
        set: {service: "${spare.service}", size: "${spare.size}"}
    why: a spare is ready
---
interlock: machine/v1
id: fix
package: t
version: 1
title: Wait for a spare
owner: t
doc: It waits.
context: {service: string}
outcomes: [replaced, given_up]
initial: watching
states:
  watching:
    wait: {fact: spare.ready, where: service == ctx.service && size > 3}
    on: {met: replaced}
    after: {1h: given_up}
  replaced: {final: replaced}
  given_up: {final: given_up}
"""

HELD = FACTS.replace("size > 3}", "size > 3, hold: 10s}")


def harness(text: str = FACTS) -> Harness:
    """Return a service whose machine waits for a spare."""
    return Harness({"all.yaml": text})


def down(service: Harness) -> None:
    service.signal("svc.down", service="shop")


def spare(service: Harness, *, size: int = 4, of: str = "shop", status: str = "firing") -> None:
    service.signal("svc.spare", service=of, size=size, status=status)


def outcome(service: Harness) -> str | None:
    return service.incidents[0].outcome


def test_a_fact_that_comes_ends_the_wait() -> None:
    service = harness()
    down(service)
    before = outcome(service)
    spare(service)

    assert (before, outcome(service)) == (None, "replaced")


def test_a_fact_that_stood_before_ends_the_wait_at_once() -> None:
    service = harness()
    spare(service)
    down(service)

    assert outcome(service) == "replaced"


@pytest.mark.parametrize("other", [{"size": 3}, {"of": "api"}, {"status": "resolved"}])
def test_another_fact_does_not(other: dict[str, int | str]) -> None:
    service = harness()
    down(service)
    spare(service, **other)
    service.advance("1m")

    assert outcome(service) is None


def test_a_fact_must_stand_for_as_long_as_the_wait_says() -> None:
    service = harness(HELD)
    down(service)
    spare(service)
    service.advance("9s")
    before = outcome(service)
    service.advance("1s")

    assert (before, outcome(service)) == (None, "replaced")


def test_a_fact_that_falls_starts_the_wait_anew() -> None:
    service = harness(HELD)
    down(service)
    spare(service)
    service.advance("9s")
    spare(service, status="resolved")
    service.advance("1m")
    spare(service)
    service.advance("9s")

    assert outcome(service) is None


def test_a_fact_that_changes_and_still_holds_does_not() -> None:
    service = harness(HELD)
    down(service)
    spare(service)
    service.advance("6s")
    spare(service, size=5)
    service.advance("4s")

    assert outcome(service) == "replaced"


@pytest.mark.parametrize("text", [FACTS, HELD])
def test_a_state_put_back_still_waits_for_the_fact(text: str) -> None:
    service = harness(text)
    down(service)
    bundles = {service.bundle.digest: service.bundle}
    service._partition.state = snapshot.restore(snapshot.take(service.state), bundles)
    spare(service)
    service.advance("10s")

    assert outcome(service) == "replaced"


def changed(old: str, new: str) -> Mapping[str, str]:
    return {"all.yaml": FACTS.replace(old, new)}


def test_a_fact_declared_otherwise_since_is_not_what_it_waits_for() -> None:
    """Its `size` may not even be a number any more; the old condition cannot be asked of it."""
    service = harness()
    down(service)
    files = changed("size: int", "size: string")["all.yaml"].replace(
        "where: service == ctx.service && size > 3", "where: size == ctx.service"
    )
    again = Harness({"all.yaml": files}, store=service.store)
    again.signal("svc.spare", service="shop", size="large")
    again.advance("1m")

    assert outcome(again) is None


def test_a_fact_the_new_rules_find_ends_the_wait() -> None:
    """Negative control of the above: declared as before, it does."""
    service = harness(
        FACTS.replace("      - assert: spare.ready", "      - advise: a spare").replace(
            '        set: {service: "${spare.service}", size: "${spare.size}"}\n', ""
        )
    )
    down(service)
    spare(service)
    before = outcome(service)
    again = Harness(changed("", ""), store=service.store)

    assert (before, outcome(again)) == (None, "replaced")


def test_a_signal_that_is_called_like_a_fact_of_before_is_none() -> None:
    service = harness()
    down(service)
    files = FACTS.replace(
        "  spare.ready: {key: [service], fields", "  other.fact: {key: [service], fields"
    )
    files = (
        files.replace("fact: spare.ready", "signal: spare.ready")
        .replace("assert: spare.ready", "assert: other.fact")
        .replace(
            "  svc.spare:",
            "  spare.ready: {key: [service], ttl: 1h, fields: {service: string, size: int}}\n"
            "  svc.spare:",
        )
    )
    again = Harness({"all.yaml": files}, store=service.store)
    again.signal("spare.ready", service="shop", size=9)
    pinned = outcome(again)
    again.signal("svc.down", service="api")
    again.signal("spare.ready", service="api", size=9)

    assert pinned is None
    assert again.incidents[1].outcome == "replaced"


def test_what_a_machine_does_not_know_it_cannot_wait_for() -> None:
    """The field it joins on was never given: nothing can equal it, and the timer decides."""
    text = (
        FACTS.replace(
            "context: {service: string}", "context: {service: {type: string, optional: true}}"
        )
        .replace(', with: {service: "${down.service}"}}]', "}]")
        .replace(
            "where: service == ctx.service &&",
            "where: has(ctx.service) && service == ctx.service &&",
        )
    )
    service = harness(text)
    down(service)
    spare(service)
    waiting = outcome(service)
    service.advance("1h")

    assert (waiting, outcome(service)) == (None, "given_up")
