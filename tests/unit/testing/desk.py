"""A bundle in which every operator of mutation finds something to change."""

from __future__ import annotations

from functools import cache

from interlock.engine.bundle import Bundle

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
PROBES = '{"command.seen": {"there": "bool"}, "command.looked": {"free": "int"}}'


@cache
def desk() -> Bundle:
    """Return the bundle that is changed."""
    return Bundle.compile({"desk.yaml": DESK, "executors.json": PROBES})
