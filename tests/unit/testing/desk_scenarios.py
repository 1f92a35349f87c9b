"""Scenarios of the desk in a line each, the dull ones, and the bench they are tried on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from interlock.testing.mutation.bench import Bench
from interlock.testing.scenario import Scenario, judge, play
from tests.unit.testing.desk import desk
from tests.unit.testing.given import load

HEAD = """\
interlock: test/v1
executors: {host.clean: {takes: 1s}, host.spoil: {takes: 1s}}
probes: {command.seen: {there: true}, command.looked: {free: 11}}
allow: [tend, host.clean, host.spoil]
scenarios:
"""


def on(at: str, host: str, value: int, more: str = "") -> str:
    """Return the load of a host."""
    return f"{{at: {at}, {more}signal: load, data: {{host: {host}, value: {value}, share: 0.4}}}}"


def pings(host: str, *moments: str) -> str:
    """Return pings of a host."""
    return ", ".join(f"{{at: {one}, signal: ping, data: {{host: {host}}}}}" for one in moments)


def more(start: str, host: str, value: int, times: int) -> str:
    """Return the load of a host, once a minute."""
    return on(start, host, value, f"every: 1m, times: {times}, ")


def told(expect: str, given: str, rest: str = "") -> str:
    """Return a scenario."""
    return f"given: [{given}], expect: [{expect}]{rest}"


YES = ", humans: [{on: asking, after: 10s, by: ana, role: crew, choose: approve}]"
BUSY = more("0s", "a", 90, 8)
NEVER = "never: {fired: alone}"


def asked(expect: str, rest: str = "") -> str:
    """Return a scenario of a host that is busy, and nobody answers."""
    return told(expect, BUSY, rest)


def worked(expect: str, rest: str = "") -> str:
    """Return a scenario of a host that may be cleaned."""
    return told(expect, BUSY, YES + rest)


DULL = [
    asked(NEVER),
    worked(NEVER),
    told(NEVER, f"{BUSY}, {more('7m30s', 'a', 10, 30)}", YES),
    told(NEVER, on("0s", "a", 1)),
    told(NEVER, f"{on('0s', 'a', 50)}, {pings('a', '1s', '2s', '3s', '4s')}"),
    told(NEVER, "{signal: repair, data: {host: a}}"),
    worked(NEVER, ", executors: {host.clean: {fails: BUSY}}"),
]
"""Scenarios that come by everything and look at nothing."""


def bench(scenarios: Sequence[str]) -> Bench:
    """Return a bench with scenarios, all of which pass."""
    named = (f"  - {{name: '{number}', {one}}}\n" for number, one in enumerate(scenarios))
    loaded = load(HEAD + "".join(named), desk())
    misses = [str(miss) for one in loaded for miss in judge(play(one, desk())).misses]
    assert [miss for miss in misses if "error" in miss] == []
    return Bench(desk(), loaded)


@cache
def dull() -> Bench:
    """Return the bench on which everything survives."""
    return bench(DULL)


def dull_scenarios() -> tuple[Scenario, ...]:
    """Return the first of those that look at nothing."""
    return load(HEAD + f"  - {{name: one, {DULL[0]}}}\n", desk())
