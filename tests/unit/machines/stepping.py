"""A machine and an incident to step."""

from interlock.machines import MachineRuntime
from tests.unit.machines.given import EVERY_RESULT, machine

CONTEXT = {"service": "web", "tries": 1}
ENV = {"ctx": CONTEXT, "meta": {"incident": "inc-1", "started_at": 5, "steps": ()}}


class Incident:
    """The barest model there is."""

    __slots__ = ("state",)

    def __init__(self, state: str = "") -> None:
        self.state = state


def runtime(states: str, **parts: str) -> MachineRuntime:
    return MachineRuntime(machine(states, **parts))


def event(name: str, **data) -> dict:
    return {**ENV, "event": data}


RUN = f"""
first:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
"""


COMPOUND = """
acting:
  initial: waiting
  on: {operator.abort: {to: undoing, why: "aborted by ${event.by}"}}
  after: {1h: handed}
  states:
    waiting:
      wait: {signal: http.error_ratio, where: service == ctx.service && value < 0.01, hold: 1m}
      on: {met: running}
      after: {10m: undoing}
    running:
      run: svc.restart
      with: {service: "${service}"}
      on: {done: ok, failed: waiting, timed_out: acting, refused: handed, unverified: running}
undoing:
  undo: completed
  on: {done: handed, failed: handed}
"""
