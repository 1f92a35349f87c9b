"""A whole bundle in which nothing is to be found, and what is found when a part is changed."""

from __future__ import annotations

from interlock.engine.verify import verify

SIGNALS = """\
interlock: signals/v1
package: web
owner: web
signals:
  errors:
    keep: latest
    key: [service]
    correlate: [service]
    ttl: 2m
    fields:
      service: {type: string, pattern: "[a-z]+"}
      ratio: {type: double, min: 0, max: 1}
      label: string
facts:
  noted: {key: [service], ttl: 1h, fields: {service: string, label: string}}
"""
RULES = """\
interlock: rules/v1
package: web
owner: web
rules:
  - id: broken
    title: Broken
    when: [{signal: errors, as: err, where: ratio > 0.5}]
    then:
      - start: mend
        incident: ${err.service}
        with: {service: "${err.service}", label: "${err.service}"}
    why: ${err.service} is broken
"""
MACHINE = """\
interlock: machine/v1
id: mend
package: web
version: 1
title: Mend it
owner: web
context: {service: string, label: string}
outcomes: [resolved, handed_over]
initial: switching
states:
  switching:
    run: web.switch
    with: {service: "${service}", to: "${label}"}
    on: {done: watching, failed: undoing, timed_out: undoing, refused: undoing, unverified: undoing}
  watching:
    wait: {signal: errors, where: service == ctx.service && ratio < 0.1}
    on: {met: resolved}
    after: {5m: undoing}
  undoing:
    undo: completed
    on: {done: handed_over, failed: handed_over}
  resolved: {final: resolved}
  handed_over: {final: handed_over}
"""
ACTIONS = """\
interlock: actions/v1
package: web
owner: web
executor: command
actions:
  web.switch:
    version: 1
    title: Switch
    inputs: {service: string, to: string}
    outputs: {before: string}
    target: ${service}
    risk: medium
    reversible: true
    idempotency_key: ${to}
    timeout: 20s
    verify: {probe: command.seen, expect: probe.to == to, within: 20s}
    rollback: {action: web.back, with: {service: "${service}", to: "${outputs.before}"}}
  web.back:
    version: 1
    title: Switch back
    inputs: {service: string, to: string}
    target: ${service}
    risk: low
    irreversible_because: it is the way back
    idempotency_key: ${to}
    timeout: 20s
    verify: {probe: command.seen, expect: probe.to == to, within: 20s}
"""
FILES = {"s": SIGNALS, "r": RULES, "m": MACHINE, "a": ACTIONS}


def changed(*changes: tuple[str, str, str], **more: str) -> list[str]:
    """Return what is found about the bundle with texts of its files replaced.

    Args:
        changes: file (``s``, ``r``, ``m`` or ``a``), a text in it, and what stands there instead.
        more: text to add to the end of files.
    """
    files = {name: text + more.get(name, "") for name, text in FILES.items()}
    for name, old, new in changes:
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    return [str(one) for one in verify({f"{name}.yaml": files[name] for name in files})]
