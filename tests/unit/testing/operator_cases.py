"""What each operator of mutation makes of the desk, and scenarios that notice it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.testing.mutation import Operator
from tests.unit.testing.desk_scenarios import BUSY, YES, asked, more, on, pings, told, worked


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
