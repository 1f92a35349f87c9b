"""The fixed mix: a rule base of 100 or 1,000 rules, and the signals that are sent at it.

20 signal names; of the rules 30 % are joins and 20 % have a ``not``; a tenth of the signals touch
a rule.  Both sizes are sent the same batches and have the same hundred rules touched, so that what
differs is the size alone.  The nine tenths that touch nothing are of services of their own, so no
rule hears of them by a replacement either.

Rules advise, but for one, which starts an incident that runs one action and ends: it is touched
only where that action is waited for, because the gate lets out 120 an hour.  A join completes on
every second touch, and every fourth touch of a rule with a ``not`` forbids it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

NAMES = 20
TOUCHED = 100
"""Rules that signals touch; their codes are 0 to 99."""
SIZES = (100, 1_000)
ACTING = 9
"""The rule that starts an incident."""

_SERVICES = 500
_AILING = 50
_LIMIT = 900
_LABELS = {
    "cluster": "prod-eu-1",
    "region": "eu-west-1",
    "team": "payments",
    "container": "app",
    "job": "kubernetes-pods",
    "summary": "request latency has been above its objective for five minutes",
}

TAG = "@@@@@@@@"
"""Stands in every id where the sender puts what makes it unique."""
MOMENT = 1_900_000_000
"""Stands in every signal for the second at which it is sent."""
AILING_VALUE = 990.123456
"""Stands in every signal that touches a rule for a value that is new each time."""

_SIGNALS = """\
interlock: signals/v1
package: bench
owner: team-bench
signals:
"""

_SIGNAL = """\
  load.n{name}:
    keep: latest
    key: [service]
    correlate: [service]
    ttl: 1h
    fields: {{service: string, value: {{type: double, min: 0, max: 1000}}, code: int}}
"""

_RULES = """\
interlock: rules/v1
package: bench
owner: team-bench
rules:
"""

_RULE = """\
  - id: r{number:04}
    title: Rule {number}
    severity: high
    when:
      - signal: load.n{name}
        as: a
        where: [value > {limit}, code == {number}]
{more}    then:
      - {consequence}
    why: ${{a.service}} is at ${{a.value}}
"""

_JOIN = """\
      - signal: load.n{name}
        as: _b
        where: [service == a.service, value > {limit}, code == {number}]
"""

_NOT = """\
      - not:
          signal: load.n{name}
          where: [service == a.service, value > {limit}, code == {number}]
"""

_START = 'start: note\n        incident: ${a.id}\n        with: {signal: "${a.id}"}'
_ADVISE = "advise: look at ${a.service}"

_ACTING = """\
interlock: actions/v1
package: bench
owner: team-bench
executor: stopwatch
actions:
  bench.note:
    version: 1
    title: Note when it was sent
    inputs: {signal: string}
    target: none
    risk: none
    reversible: false
    irreversible_because: nothing is done
    idempotency_key: ${signal}
    timeout: 10s
---
interlock: machine/v1
id: note
package: bench
version: 1
title: Note a signal
owner: team-bench
context: {signal: string}
outcomes: [noted, failed]
initial: noting
states:
  noting:
    run: bench.note
    with: {signal: "${signal}"}
    on: {done: noted, failed: missed, timed_out: missed, refused: missed, unverified: missed}
  noted: {final: noted}
  missed: {final: failed}
"""


class Shape(NamedTuple):
    """What one signal of the mix says.

    Attributes:
        name: number of its name.
        service: what it is about.
        code: the rule it touches, or a number no rule asks for.
        touches: whether it touches a rule.
    """

    name: int
    service: str
    code: int
    touches: bool


def bundle(rules: int) -> dict[str, str]:
    """Return the files of a bundle with so many rules."""
    names = "".join(_SIGNAL.format(name=name) for name in range(NAMES))
    return {
        "signals.yaml": _SIGNALS + names,
        "rules.yaml": _RULES + "".join(_rule(number) for number in range(rules)),
        "acting.yaml": _ACTING,
    }


def _rule(number: int) -> str:
    name, kind = number % NAMES, number % 10
    limit = _LIMIT + number // NAMES % 50
    more = ""
    if kind < 3:
        more = _JOIN.format(name=(name + 1) % NAMES, limit=limit, number=number)
    elif kind < 5:
        more = _NOT.format(name=(name + 2) % NAMES, limit=limit, number=number)
    consequence = _START if number == ACTING else _ADVISE
    return _RULE.format(number=number, name=name, limit=limit, more=more, consequence=consequence)


def shapes(count: int, seed: int = 1) -> list[Shape]:
    """Return so many signals; every tenth touches a rule."""
    choose = random.Random(seed)
    touches = _touches(choose)
    return [
        next(touches)
        if number % 10 == 5
        else Shape(
            choose.randrange(NAMES),
            f"svc-{choose.randrange(_SERVICES)}",
            choose.randrange(10**6, 10**7),
            touches=False,
        )
        for number in range(count)
    ]


def _touches(choose: random.Random) -> Iterator[Shape]:
    """Yield signals that touch rules: the two sides of a join in turn, a ``not`` now and then."""
    while True:
        code = choose.choice([code for code in range(TOUCHED) if code != ACTING])
        name, service = code % NAMES, f"ailing-{choose.randrange(_AILING)}"
        yield Shape(name, service, code, touches=True)
        if code % 10 < 3:
            yield Shape((name + 1) % NAMES, service, code, touches=True)
        elif code % 10 < 5 and choose.randrange(3) == 0:
            yield Shape((name + 2) % NAMES, service, code, touches=True)


def labels_of(number: int) -> dict[str, str]:
    """Return the labels of the n-th signal: eight, as monitors send them."""
    return {**_LABELS, "namespace": f"team-{number % 40}", "pod": f"svc-{number % 500}-7d9f6c5b8"}
