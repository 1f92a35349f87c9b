"""A real service that is killed in the middle of a wait notices what does not come all the same.

One action leaves one mark, so what the rules start can be counted outside of the process.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from interlock.client import signal as make_signal
from interlock.engine.fold.decide import LISTEN_MS
from interlock.engine.replay import verify
from tests.failure.living import BUNDLE, Living, eventually, living, talk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HEAD, _, TAIL = BUNDLE.partition("---\ninterlock: rules/v1\n")
_, _, ACTIONS = TAIL.partition("---\n")
SIGNALS = HEAD.replace(
    "  work.wanted: {keep: latest, key: [item], ttl: 1h, fields: {item: string}}\n",
    "  work.begun: &one {keep: all, key: [item], ttl: 1h, fields: {item: string}}\n"
    "  work.done: *one\n"
    "  work.alive: *one\n",
)
RULES = """\
interlock: rules/v1
package: ledger
owner: team-test
rules:
  - id: late
    title: Work was begun and nobody heard of its end
    severity: high
    when:
      - {signal: work.begun, as: begun}
      - not: {signal: work.done, where: item == begun.item, within: 50s}
    then: [{start: write-once, incident: "${begun.item}", with: {item: "${begun.item}"}}]
    why: ${begun.item} was begun ${begun.since}
  - id: silent
    title: A worker is silent
    severity: high
    when: [{absent: {signal: work.alive, key: {item: [loud, still]}, for: 10s}, as: gap}]
    then: [{start: write-once, incident: "${gap.item}", with: {item: "${gap.item}"}}]
    why: nothing of ${gap.item} since ${gap.since}
"""
SLOWLY_S = 120
"""On two busy cores, with half a minute in which a service that has started only listens."""
FILES = {"all.yaml": "---\n".join([SIGNALS, RULES, ACTIONS])}


def tell(service: Living, name: str, *items: str) -> None:
    """Send one signal of each item."""
    number = time.monotonic_ns()
    some = [
        make_signal(name, source="test", id=f"{name}-{one}-{number}", values={"item": one})
        for one in items
    ]
    talk(service, lambda c: c.signals.ingest(some))


def keep_alive(service: Living, *items: str) -> dict[str, str | None]:
    """Say that workers live, and return the incidents there are."""
    tell(service, "work.alive", *items)
    return service.incidents()


def test_what_does_not_come_is_noticed_by_a_service_that_was_killed_while_it_waited(
    tmp_path: Path,
) -> None:
    """Negative controls: what came in time, before the kill or after it, starts nothing."""
    with living(tmp_path, bundle=FILES) as service:
        tell(service, "work.begun", "in-time", "after-all", "never")
        tell(service, "work.done", "in-time")
        tell(service, "work.alive", "loud", "still")
        service.end()
        began = time.time()
        service.start()
        tell(service, "work.done", "after-all")
        eventually(lambda: "still" in keep_alive(service, "loud"), "one is silent", SLOWLY_S)
        waited = time.time() - began
        eventually(lambda: "never" in keep_alive(service, "loud"), "one is late", SLOWLY_S)
        before = service.incidents()
        eventually(lambda: "loud" in service.incidents(), "so is the other, once it is silent")
        eventually(lambda: None not in service.incidents().values(), "all is done")
        assert service.end() != 0

        assert verify(service.store).is_sound
        assert sorted(service.effects()) == ["loud", "never", "still"]

    assert sorted(before) == ["never", "still"]
    assert waited * 1_000 >= LISTEN_MS
