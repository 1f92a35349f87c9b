"""Laws of every operator of mutation: it is made, a scenario that looks kills it, others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pytest

from interlock.engine.bundle import Bundle
from interlock.testing.mutation import Mutant, Operator, try_mutants
from interlock.testing.mutation.bench import Bench, Fate
from interlock.testing.scenario import Scenario, judge, play
from tests.unit.testing.given import load

DESK = """\
interlock: params/v1
package: desk
params:
  limit: {type: int, default: 90}
  careful: {type: bool, default: true}
  hosts: {type: "list<string>", default: [a, b, c]}
  share: {type: double, default: 0.5, min: 0, max: 1}
environments:
  tight: {limit: 80}
---
interlock: signals/v1
package: desk
owner: o
signals:
  load:
    key: [host]
    correlate: [host]
    ttl: 10m
    fields: {host: string, value: {type: int, min: 0, max: 100}, share: double}
  repair: {key: [host], correlate: [host], ttl: 5m, fields: {host: string}}
  ping: {keep: all, key: [host], correlate: [host], ttl: 1h, fields: {host: string}}
facts:
  closed: {key: [host], ttl: 20m, fields: {host: string}}
---
interlock: rules/v1
package: desk
owner: o
rules:
  - id: busy
    title: Busy
    salience: 10
    exclusive: care
    once_per: [load.host]
    cooldown: 30m
    when:
      - signal: load
        as: load
        where: [value >= params.limit, host in params.hosts, "!(host == \\"z\\")"]
        for: 2m
      - not: {signal: repair, where: host == load.host}
    then:
      - start: tend
        incident: ${load.host}
        with: {host: "${load.host}"}
    why: ${load.host} is busy
    except:
      - {id: EX-1, on: load, where: host == "b", reason: it is meant to be, expires: 2030-01-01}
  - id: rung
    title: Rung
    salience: 20
    exclusive: care
    when:
      - count: {signal: ping, over: 5m}
        as: pings
        where: pings >= 3
      - {signal: load, as: load, where: [value > 10, share < params.share]}
    then:
      - start: tend
        incident: ${load.host}
        with: {host: "${load.host}"}
    why: ${pings} pings of ${load.host}
  - id: kept
    title: Kept
    salience: 5
    exclusive: care
    when: [{signal: repair, as: repair}]
    then:
      - start: tend
        incident: ${repair.host}
        with: {host: "${repair.host}"}
    why: ${repair.host} is being repaired
  - id: open
    title: Open
    when:
      - {signal: load, as: load, where: [value < 5, share < 0.5 || params.careful]}
      - not: {fact: closed, where: host == load.host}
    then: [{advise: "${load.host} is open"}]
    why: ${load.host} is open
  - id: alone
    title: Nobody repaired it
    once_per: [ping.host, ping.source]
    when:
      - {signal: ping, as: ping, where: host == "q"}
      - not: {signal: repair, where: host == ping.host, within: 3m}
    then: [{advise: "look at ${ping.host}"}]
    why: ${ping.host} pinged
  - id: silent
    title: No ping for long
    when: [{absent: {signal: ping, key: {host: [s, t]}, for: 30m}, as: gap}]
    then: [{advise: "${gap.host} is silent"}]
    why: ${gap.host} is silent
---
interlock: machine/v1
id: tend
package: desk
version: 1
title: Tend a host
owner: o
context: {host: string}
outcomes: [well, given_up]
initial: asking
sla: {resolve_within: 3h, on_breach: given_up}
states:
  asking:
    approve:
      role: crew
      not: [author]
      ask: Clean ${host}?
      choices: {approve: cleaning, reject: given_up}
      expires: 10m
      on_expire: given_up
  cleaning:
    run: host.clean
    with: {host: "${host}"}
    retry: {attempts: 2, backoff: 10s, on: [transient]}
    on:
      done: [{if: host == "c", to: given_up}, {to: looking}]
      failed: given_up
      timed_out: given_up
      refused: given_up
      unverified: back
  looking:
    wait: {signal: load, where: [host == ctx.host, value < 50], hold: 1m}
    on: {met: well}
    after: {20m: back}
  back:
    undo: completed
    on: {done: given_up, failed: given_up}
  well: {final: well}
  given_up: {final: given_up}
---
interlock: actions/v1
package: desk
owner: o
executor: command
actions:
  host.clean:
    version: 1
    title: Clean a host
    inputs: {host: string}
    target: none
    risk: low
    reversible: true
    idempotency_key: clean/${host}
    timeout: 1m
    evidence: {max_age: 9m}
    requires:
      - {probe: command.seen, expect: probe.there, why: it must be there}
    verify: {probe: command.looked, expect: probe.free > 10, every: 5s, within: 30s, consecutive: 2}
    rollback: {action: host.spoil, with: {host: "${host}"}}
    errors: {transient: [BUSY]}
  host.spoil:
    version: 1
    title: Undo a cleaning
    inputs: {host: string}
    target: none
    risk: low
    reversible: true
    idempotency_key: spoil/${host}
    timeout: 1m
    verify: {probe: command.seen, expect: probe.there, every: 1s, within: 5s, consecutive: 1}
    rollback: {action: host.clean, with: {host: "${host}"}}
"""
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


@dataclass(frozen=True)
class Case:
    """Mutants and a scenario that kills each of them."""

    operator: Operator
    changes: Sequence[str]
    killers: Sequence[str]


AGAIN = f"{BUSY}, {on('8m', 'a', 50)}, {more('25m', 'a', 90, 12)}"
CLOSED = "{fact: closed, data: {host: a}}"
KEPT = f"{{signal: repair, data: {{host: a}}}}, {more('0s', 'a', 90, 10)}"
HANGS = ", executors: {host.clean: {hangs: true}}"
BROKEN = ", executors: {host.clean: [{fails: BUSY}, {fails: BUSY}]}"
ALONE = ", executors: {host.clean: {fails: BROKEN}}"


def turned(instant: int, before: str, after: str) -> str:
    """Return that an incident goes from one state to another at exactly this time, ms."""
    return f"{{at: {instant - 1}ms, state: {before}}}, {{at: {instant}ms, state: {after}}}"


def risen(instant: int, rule: str) -> str:
    """Return that a rule begins to hold at exactly this time, ms."""
    return f"{{at: {instant - 1}ms, not_fired: {rule}}}, {{at: {instant}ms, fired: {rule}}}"


CASES = [
    Case(
        Operator.THRESHOLD, ["value < 5 → value < 6"], [told("{not_fired: open}", on("0s", "a", 5))]
    ),
    Case(
        Operator.COMPARISON,
        ["value < 5 → value <= 5", "value < 5 → value >= 5"],
        [told("{not_fired: open}", on("0s", "a", 5))],
    ),
    Case(
        Operator.TRUTH,
        ["probe.there → !probe.there"],
        [worked("{action: host.clean, result: done}")],
    ),
    Case(
        Operator.OPERAND,
        ["share < 0.5 || params.careful → share < 0.5"],
        [told("{fired: open}", on("0s", "a", 1).replace("0.4", "0.9"))],
    ),
    Case(
        Operator.CONJUNCT,
        [
            "value >= params.limit dropped",
            "host in params.hosts dropped",
            "where: value < 50 dropped",
        ],
        [
            told("{not_fired: busy}", more("0s", "a", 50, 8)),
            told("{not_fired: busy}", more("0s", "d", 95, 8)),
            worked("{outcome: given_up}"),
        ],
    ),
    Case(
        Operator.NEGATION,
        ["`not` dropped"],
        [told("{not_fired: open}", f"{CLOSED}, {on('0s', 'a', 1)}")],
    ),
    Case(Operator.LENGTH, ["for: 2m → 1m48s", "for: 2m → 2m12s"], [asked(risen(120_000, "busy"))]),
    Case(
        Operator.LENGTH,
        ["over: 5m → 4m30s", "over: 5m → 5m30s"],
        [
            told("{fired: rung}", f"{on('5m', 'a', 50)}, {pings('a', '1ms', '2ms', '3ms')}"),
            told("{not_fired: rung}", f"{pings('a', '0s', '2ms', '3ms')}, {on('5m', 'a', 50)}"),
        ],
    ),
    Case(
        Operator.LENGTH,
        ["within: 3m → 2m42s", "within: 3m → 3m18s"],
        [told(risen(180_000, "alone"), pings("q", "0s"))],
    ),
    Case(
        Operator.LISTENED,
        ["host: s dropped", "host: t dropped"],
        [told("{at: 40m, fired: silent, times: 2}", on("40m", "a", 50))],
    ),
    Case(
        Operator.TTL,
        ["ttl: 10m → 9m", "ttl: 10m → 11m"],
        [told("{at: 599999ms, fired: open}, {at: 10m, not_fired: open}", on("0s", "a", 1))],
    ),
    Case(
        Operator.COOLDOWN,
        ["cooldown: 30m → 27m", "cooldown: 30m → 33m", "`cooldown` dropped"],
        [told(risen(1_920_000, "busy"), AGAIN)],
    ),
    Case(
        Operator.ONCE_PER,
        ["once_per: ping.source dropped"],
        [
            told(
                "{by: 4m, fired: alone, times: 2}",
                "{signal: ping, data: {host: q}}, {signal: ping, source: other, data: {host: q}}",
            )
        ],
    ),
    Case(
        Operator.EXCEPTION,
        ["exception EX-1 dropped"],
        [told("{not_fired: busy}", more("0s", "b", 90, 8))],
    ),
    Case(
        Operator.SALIENCE,
        ["salience: 10 → 21, above desk/rung"],
        [told("{at: 5m, fired: rung}", f"{KEPT}, {pings('a', '4m', '4m1s', '4m2s')}")],
    ),
    Case(
        Operator.PARAMETER,
        ["limit: 90 → 89", "limit: 90 → 91", "share: 0.5 → 0.51", "hosts: [a, b, c] → [b, c]"],
        [
            told("{not_fired: busy}", more("0s", "a", 89, 8)),
            asked("{fired: busy}"),
            told(
                "{not_fired: rung}",
                f"{on('0s', 'a', 50).replace('0.4', '0.5')}, {pings('a', '1s', '2s', '3s')}",
            ),
        ],
    ),
    Case(
        Operator.TARGET,
        ["timer asking@10m in tend: given_up → asking"],
        [asked("path: [asking, given_up]")],
    ),
    Case(
        Operator.RESULT,
        ["failed in tend: given_up → looking"],
        [worked("path: [asking, cleaning, given_up]", ALONE)],
    ),
    Case(
        Operator.TIMER,
        ["after: 20m → 18m", "after: 20m → 22m"],
        [worked(turned(1_336_003, "looking", "back"))],
    ),
    Case(
        Operator.TIMER,
        ["hold: 1m → 54s", "hold: 1m → 1m6s"],
        [told(turned(510_000, "looking", "well"), f"{BUSY}, {more('7m30s', 'a', 10, 30)}", YES)],
    ),
    Case(
        Operator.QUESTION,
        ["expires: 10m → 9m", "expires: 10m → 11m"],
        [asked(turned(720_000, "asking", "given_up"))],
    ),
    Case(
        Operator.QUESTION,
        ["quorum: 1 → 2", "not: author dropped"],
        [
            worked("{by: 3m, state: cleaning}"),
            asked("never: {state: cleaning}", YES.replace("crew", "[crew, author]")),
        ],
    ),
    Case(
        Operator.RETRY,
        ["attempts: 2 → 1", "attempts: 2 → 3", "on: transient dropped"],
        [worked("{action: host.clean, attempts: 2, result: failed}", BROKEN)],
    ),
    Case(
        Operator.RETRY,
        ["backoff: 10s → 5s", "backoff: 10s → 20s"],
        [worked(turned(140_202, "cleaning", "given_up"), BROKEN)],
    ),
    Case(
        Operator.REQUIREMENT,
        ["a requirement dropped"],
        [
            worked(
                "{action: host.clean, result: refused}", ", probes: {command.seen: {there: false}}"
            )
        ],
    ),
    Case(
        Operator.VERIFICATION,
        ["consecutive: 2 → 1", "consecutive: 2 → 3", "every: 5s → 2s500ms", "every: 5s → 10s"],
        [worked(turned(136_003, "cleaning", "looking"))],
    ),
    Case(
        Operator.VERIFICATION,
        ["`verify` sees what it likes", "within: 30s → 27s", "within: 30s → 33s"],
        [worked(turned(161_001, "cleaning", "back"), ", probes: {command.looked: {free: 10}}")],
    ),
    Case(
        Operator.TIMEOUT,
        ["timeout: 1m → 54s", "timeout: 1m → 1m6s"],
        [worked(turned(265_001, "cleaning", "given_up"), HANGS)],
    ),
    Case(Operator.ROLLBACK, ["`rollback` dropped"], [worked("{action: host.spoil, result: done}")]),
]
PROBES = '{"command.seen": {"there": "bool"}, "command.looked": {"free": "int"}}'


@cache
def desk() -> Bundle:
    """Return the bundle that is changed."""
    return Bundle.compile({"desk.yaml": DESK, "executors.json": PROBES})


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


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operator} {case.changes[0]}")
def test_a_scenario_that_looks_kills_what_a_dull_one_leaves(case: Case) -> None:
    looking = bench(case.killers)
    for change in case.changes:
        made = [n for n, one in enumerate(dull().mutants) if is_meant(one, case, change)]
        assert made
        assert dull().fate(made[0])[0] is Fate.SURVIVED
        assert Fate.KILLED in {looking.fate(number)[0] for number in made}


def is_meant(mutant: Mutant, case: Case, change: str) -> bool:
    """Return whether a mutant is one of those a case is about."""
    return mutant.operator is case.operator and mutant.change == change


def test_every_operator_is_tried() -> None:
    assert {case.operator for case in CASES} == set(Operator)
    assert {one.operator for one in dull().mutants} == set(Operator)


@pytest.mark.parametrize(
    "change",
    [
        '!(host == "z") dropped',  # nobody of that name is among the hosts
        "share < 0.5 || params.careful → params.careful",
        "share < 0.5 || params.careful dropped",
    ],
)
def test_what_certainly_means_the_same_is_told_apart(change: str) -> None:
    (number,) = [n for n, one in enumerate(dull().mutants) if one.change == change]

    assert dull().fate(number) == (Fate.SAME, 0)


def test_no_scenario_tells_what_means_the_same_apart() -> None:
    """Play everything there is against the mutants that were called equal."""
    everything = [*DULL, *(killer for case in CASES for killer in case.killers)]
    same = [n for n, _ in enumerate(dull().mutants) if dull().is_same(n)]
    all_of_it = bench(everything)

    assert len(same) >= 3
    assert [dull().mutants[n].change for n in same if all_of_it.is_noticed(n)] == []


def test_a_parameter_that_an_environment_sets_is_changed_there() -> None:
    tight = Bundle.compile({"desk.yaml": DESK, "executors.json": PROBES}, environment="tight")
    changes = [m.change for m in Bench(tight, ()).mutants if m.operator is Operator.PARAMETER]

    assert "limit: 80 → 79" in changes
    assert "limit: 90 → 89" not in changes


def test_several_processes_come_to_the_same() -> None:
    alone, together = (try_mutants(desk(), dull_scenarios(), count) for count in (1, 2))

    assert alone == together
    assert alone.survivors


def dull_scenarios() -> tuple[Scenario, ...]:
    """Return the first of those that look at nothing."""
    return load(HEAD + f"  - {{name: one, {DULL[0]}}}\n", desk())
