"""What is found about a machine that loads, in one line each."""

from __future__ import annotations

from textwrap import dedent

from interlock.language import load_documents
from interlock.machines import load_machines
from interlock.machines.verify import read_machines, verify_machines
from tests.unit.machines.given import ACTIONS, FACTS, PROBES, SIGNALS, machine_text

WIPE = """
  svc.wipe:
    version: 1
    title: Wipe a disk
    inputs: {service: string}
    target: ${service}
    risk: high
    irreversible_because: gone is gone
    idempotency_key: ${step.id}
    timeout: 1m
    verify: {probe: fake.check, expect: probe.status == 200, within: 30s}
"""
ALL = "failed: handed, timed_out: handed, refused: handed, unverified: handed"


def run(action: str = "svc.restart", done: str = "ok", more: str = "") -> str:
    """Return a state that runs an action and hands over unless it is done."""
    given = 'with: {service: "${service}"}'
    return f"{{run: {action}, {given}, on: {{done: {done}, {ALL}}}{more}}}"


def ask(approve: str, *, reject: str = "handed") -> str:
    """Return a state that asks somebody."""
    choices = f"{{approve: {approve}, reject: {reject}}}"
    question = f"role: ops, ask: Go?, choices: {choices}, expires: 5m, on_expire: handed"
    return f"{{approve: {{{question}}}}}"


def findings(states: str, **parts: str) -> list[str]:
    """Return what is found as ``line:col: severity [CODE] message (hint)``."""
    texts = [machine_text(dedent(states), **parts), ACTIONS + WIPE]
    documents = [d for n, text in enumerate(texts) for d in load_documents(text, str(n))]
    base = load_machines(documents, signal_types=SIGNALS, fact_types=FACTS, probes=PROBES)
    return [str(one).partition(":")[2] for one in verify_machines(read_machines(documents, base))]


def codes(states: str, **parts: str) -> list[str]:
    """Return the codes of what is found."""
    return [one.split("[")[1][:5] for one in findings(states, **parts)]
