"""Incidents that stay open: one rule, and a machine that waits for hours."""

from __future__ import annotations

from interlock.v1.signal_pb2 import Signal, SignalStatus
from interlock.v1.value_pb2 import Value

BUNDLE = {
    "incidents.yaml": """\
interlock: signals/v1
package: bench
owner: team-bench
signals:
  host.level:
    keep: latest
    key: [host]
    correlate: [host]
    ttl: 1h
    fields: {host: string, level: int}
---
interlock: rules/v1
package: bench
owner: team-bench
rules:
  - id: down
    title: A host is down
    severity: high
    when:
      - signal: host.level
        as: seen
        where: level > 3
    then:
      - start: wait
        incident: ${seen.host}
        with: {host: "${seen.host}"}
    why: ${seen.host} is down
---
interlock: machine/v1
id: wait
package: bench
version: 1
title: Wait until it is back
owner: team-bench
context: {host: string}
outcomes: [resolved, handed_over]
initial: waiting
states:
  waiting:
    wait:
      signal: host.level
      where: host == ctx.host && level < 2
    on: {met: resolved}
    after: {6h: handed_over}
  resolved: {final: resolved}
  handed_over: {final: handed_over}
"""
}


EXPIRED_MS = 2 * 3_600_000
"""When the signals have expired, and the machine still waits."""


def opening(number: int) -> Signal:
    """Return a signal that opens the n-th incident."""
    host = f"host-{number:06}"
    return Signal(
        id=f"down-{number:06}",
        source="bench",
        name="host.level",
        subject=host,
        status=SignalStatus.SIGNAL_STATUS_FIRING,
        labels={"cluster": "prod-eu-1", "team": "payments"},
        values={"host": Value(string_value=host), "level": Value(int_value=5)},
    )
