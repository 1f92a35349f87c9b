"""R15: a rule that feeds itself is stopped, loudly, and nothing else is harmed.

Negative control: the same rule with an end does not run out of fuel.
"""

from __future__ import annotations

import json

from interlock.testing import Harness

FILES = """
interlock: signals/v1
package: loop
owner: team-test
signals:
  ball.served:
    keep: latest
    key: [subject]
    ttl: 1h
    fields: {count: int}
facts:
  ball.seen:
    key: [count]
    fields: {count: int}
---
interlock: rules/v1
package: loop
owner: team-test
rules:
  - id: serve
    title: A ball comes into play
    severity: low
    when:
      - signal: ball.served
        as: ball
    then:
      - assert: ball.seen
        set: {count: "${ball.count}"}
    why: a ball was served
  - id: play-on
    title: Whoever sees a ball plays it on
    severity: low
    when:
      - fact: ball.seen
        as: ball
        where: count < LIMIT
    then:
      - assert: ball.seen
        set: {count: "${ball.count + 1}"}
    why: ball ${ball.count} was seen
"""


def decisions(harness: Harness, topic: str) -> list[dict[str, object]]:
    """Return everything decisions say under a topic."""
    entries = [json.loads(line)["entry"] for line in harness.export().splitlines()]
    return [item for entry in entries for item in entry.get(topic, ())]


def test_a_rule_that_feeds_itself_runs_out_of_fuel_and_says_so() -> None:
    harness = Harness({"loop.yaml": FILES.replace("LIMIT", "1000000000")})
    harness.signal("ball.served", subject="a", count=0)

    assert len(decisions(harness, "fuel_exhausted")) == 1
    assert decisions(harness, "facts_asserted") == []


def test_after_running_out_of_fuel_other_signals_are_decided_as_ever() -> None:
    harness = Harness({"loop.yaml": FILES.replace("LIMIT", "1000000000")})
    harness.signal("ball.served", subject="a", count=0)
    harness.signal("ball.served", subject="b", count=1_000_000_000)

    assert [fact["fields"] for fact in decisions(harness, "facts_asserted")] == [
        {"count": 1_000_000_000}
    ]


def test_a_chain_with_an_end_does_not_run_out_of_fuel() -> None:
    harness = Harness({"loop.yaml": FILES.replace("LIMIT", "50")})
    harness.signal("ball.served", subject="a", count=0)

    assert decisions(harness, "fuel_exhausted") == []
    assert len(decisions(harness, "facts_asserted")) == 51
