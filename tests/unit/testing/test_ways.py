"""Ways to a state: shortest first, polite before rude, and never too many to look at."""

from __future__ import annotations

import pytest

from interlock.engine.verify.whole import read_whole
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.routes import Edge
from interlock.testing.generate import ways
from interlock.testing.generate.ways import LONGEST, ways_to

HEAD = """\
interlock: machine/v1
id: look
package: shop
version: 1
title: Look
owner: team-shop
outcomes: [seen]
events: {{{events}}}
initial: s0
states:
"""
ASK = (
    "approve: {role: r, ask: Go?, choices: {approve: s1, reject: end}, expires: 1m, on_expire: end}"
)


def machine(states: str, *events: str) -> MachineSubject:
    """Return a machine with some states and an end."""
    declared = ", ".join(f"{event}: {{}}" for event in events)
    text = f"{HEAD.format(events=declared)}{states}  end: {{final: seen}}\n"
    (found,) = read_whole({"m.yaml": text}).machines
    return found


def events_of(way: tuple[Edge, ...]) -> list[str]:
    return [edge.event for edge in way]


def test_of_two_ways_as_long_the_one_that_interrupts_nothing_comes_first() -> None:
    on = "on: {operator.abort: a, wake.up: b}"
    one = machine(
        f"  s0: {{{ASK}, {on}}}\n  s1: {{choose: [{{else: end}}]}}\n"
        "  a: {choose: [{else: last}]}\n  b: {choose: [{else: last}]}\n"
        "  last: {choose: [{else: end}]}\n",
        "wake.up",
    )

    first, second = ways_to(one, "last")

    assert events_of(first) == ["wake.up", "choose"]
    assert events_of(second) == ["operator.abort", "choose"]


def test_no_way_comes_by_a_state_twice() -> None:
    one = machine(
        f"  s0: {{{ASK}, on: {{go.on: s1}}}}\n"
        f"  s1: {{{ASK.replace('approve: s1', 'approve: s0')}, on: {{go.on: s0}}}}\n",
        "go.on",
    )

    for way in ways_to(one, "end"):
        places = ["s0", *(edge.branch.dest for edge in way)]
        assert len(set(places)) == len(places)


def test_a_machine_in_which_everything_leads_everywhere_is_looked_at_in_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten states lead to each other; without bounds there would be millions of ways."""
    names = [f"s{number}" for number in range(10)]
    states = "".join(
        f"  {one}: {{{ASK}, on: {{{', '.join(f'go.{to}: {to}' for to in names if to != one)}}}}}\n"
        for one in names
    )
    dense = machine(states, *(f"go.{one}" for one in names))
    looked: list[str] = []
    really = ways._out

    def out(one: MachineSubject, path: str) -> list[Edge]:
        looked.append(path)
        return really(one, path)

    monkeypatch.setattr(ways, "_out", out)

    found = list(ways_to(dense, "nowhere"))

    assert found == []
    assert len(looked) <= LONGEST * 400
