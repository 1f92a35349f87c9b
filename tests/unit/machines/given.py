"""Documents, and what loading them says, in one line each."""

from collections.abc import Mapping
from textwrap import dedent

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.language.values import BOOL, INT, STRING, TIMESTAMP, Field, double
from interlock.machines import Machine, MachineBase, load_machines

SIGNALS = {"http.error_ratio": {"service": Field(STRING), "value": Field(double())}}
FACTS = {"deploy.suspect": {"service": Field(STRING), "release": Field(STRING, optional=True)}}
PROBES = {
    "fake.check": {"status": Field(INT), "release": Field(STRING, optional=True)},
    "fake.unit": {"active": Field(BOOL), "since": Field(TIMESTAMP)},
}

ACTIONS = """
interlock: actions/v1
package: test
owner: team
executor: fake
actions:
  svc.restart:
    version: 1
    title: Restart
    inputs: {service: string}
    outputs: {pid: int}
    target: ${service}
    risk: low
    irreversible_because: gone is gone
    idempotency_key: ${incident.id}/${step.id}
    timeout: 1m
    verify: {probe: fake.check, expect: probe.status == 200, every: 1s, within: 30s}
  svc.switch:
    version: 1
    title: Switch a release
    inputs:
      service: string
      release: string
      hosts: {type: list<string>, optional: true}
    outputs: {previous: string}
    target: ${service}
    risk: medium
    reversible: true
    idempotency_key: ${service}@${release}
    timeout: 1m
    verify: {probe: fake.check, expect: probe.status == 200, every: 1s, within: 30s}
    rollback: {action: svc.switch, with: {service: "${service}", release: "${outputs.previous}"}}
  svc.look:
    version: 1
    title: Look
    risk: none
    target: none
    idempotency_key: ${incident.id}/${step.id}
    timeout: 10s
  page.send:
    version: 1
    title: Page
    kind: notify
    inputs: {text: {type: string, multiline: true}}
    idempotency_key: ${incident.id}/${step.id}
    timeout: 10s
"""

HEAD = """
interlock: machine/v1
id: m
package: test
version: 1
title: A machine
owner: team
"""

HANDED = '{to: handed, why: "${event.detail}"}'
EVERY_RESULT = "{done: ok, failed: handed, timed_out: handed, refused: handed, unverified: handed}"
ENDS = """
  ok: {final: ok}
  handed: {final: handed}
"""


def machine_text(
    states: str, *, initial: str = "first", outcomes: str = "[ok, handed]", extra: str = ""
) -> str:
    """Return a machine document; ``ok`` and ``handed`` are its finals."""
    return (
        HEAD
        + "context: {service: string, previous: {type: string, optional: true}, tries: int}\n"
        + dedent(extra)
        + f"outcomes: {outcomes}\ninitial: {initial}\nstates:\n"
        + dedent(states).strip("\n").replace("\n", "\n  ").join(["  ", "\n"])
        + ENDS.strip("\n")
        + "\n"
    )


def load(*texts: str, probes: Mapping[str, Mapping[str, Field]] = PROBES) -> MachineBase:
    """Return the documents loaded."""
    documents = [
        document
        for number, text in enumerate(texts)
        for document in load_documents(dedent(text), f"{number}.yaml")
    ]
    return load_machines(documents, signal_types=SIGNALS, fact_types=FACTS, probes=probes)


def machine(states: str, **parts: str) -> Machine:
    """Return a machine loaded beside ``ACTIONS``."""
    return load(machine_text(states, **parts), ACTIONS).machines["m"]


def faults(*texts: str) -> list[str]:
    """Return every diagnostic of the documents as ``CODE at `text` message (hint)``."""
    sources = [dedent(text) for text in texts]
    try:
        load(*sources)
    except DefinitionError as refused:
        return [_line(one, sources[int(one.path.partition(".")[0])]) for one in refused.diagnostics]
    return []


def _line(one, text: str) -> str:
    span, lines = one.span, text.split("\n")
    end = span.end_col - 1 if span.end_line == span.line else None
    at = lines[span.line - 1][span.col - 1 : end]
    hint = f" ({one.hint})" if one.hint else ""
    return f"{one.code} at `{at}`: {one.message}{hint}"


def machine_faults(states: str, **parts: str) -> list[str]:
    """Return the diagnostics of a machine loaded beside ``ACTIONS``."""
    return faults(machine_text(states, **parts), ACTIONS)
