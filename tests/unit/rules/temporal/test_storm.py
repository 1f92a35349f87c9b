"""A digest of very many hosts: it fires, and what it costs does not grow with their number."""

from __future__ import annotations

from math import log2

import pytest

from interlock.rules.temporal import tallies
from tests.foreign.second import agrees
from tests.unit.rules.given import World, fired

HOSTS = 10_000
DIGEST = f"""
  - id: many-hosts
    title: Very many hosts are down
    when:
      - count: {{signal: slow, where: value > 5, over: 2m, distinct: service}}
        as: hosts
        where: hosts >= {HOSTS}
    then: [{{start: look, incident: all}}]
    why: ${{hosts}} hosts are down
  - id: one
    title: It has been slow for a minute
    when: [{{signal: slow, as: slow, where: service == "last", for: 1m}}]
    then: [{{start: look, incident: last}}]
    why: ${{slow.service}} is slow
"""


class Comparisons:
    """Counts how often the ages of elements are asked for."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.made = 0
        ask = tallies._age

        def age(element):
            self.made += 1
            return ask(element)

        patch.setattr(tallies, "_age", age)


def test_a_digest_of_ten_thousand_hosts_fires_once_and_time_goes_on() -> None:
    """The peer loses it at 500, and no timer of its process ever comes due again."""
    world = World(DIGEST, evaluations=True)
    told = [world.signal("slow", service=f"h{n}", value=8) for n in range(HOSTS - 1)]

    last = world.signal("slow", service="last", value=8)

    assert not any(fired(one) for one in told)
    assert fired(last) == ["many-hosts"]
    assert last.firings[0].why == f"{HOSTS} hosts are down"
    assert agrees(world.rulebase, last.evaluations)
    assert fired(world.wait(60_000)) == ["one"]


@pytest.mark.parametrize("hosts", [100, 3_000])
def test_one_more_host_costs_the_logarithm_of_how_many_there_are(
    hosts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law: a signal that counts among n asks for the ages of at most log2(n) + 2 of them."""
    world = World(DIGEST)
    for number in range(hosts):
        world.signal("slow", service=f"h{number}", value=8)
    asked = Comparisons(monkeypatch)

    world.signal("slow", service="last", value=8)

    assert 0 < asked.made <= log2(hosts) + 2
