"""Rules that take turns, and what was held back of them."""

from __future__ import annotations

from interlock.rules.model import Outcome
from tests.unit.rules.given import World

MINUTE = 60_000
RESTART = """
  - id: restart
    title: restart
    cooldown: 30m
    when: [{signal: error, as: err, where: value > 5}]
    then: [{start: restart, incident: "${err.service}", with: {value: "${err.value}"}}]
    why: ${err.service} ${err.value}
"""
TELL = """
  - id: tell
    title: tell
    once_per: [dep.service]
    cooldown: 30m
    when: [{signal: deploy, as: dep}]
    then: [{advise: "${dep.revision}"}]
    why: ${dep.revision}
"""
ONCE = TELL.replace("    cooldown: 30m\n", "")


def deploy(world: World, revision: str, service: str = "web") -> Outcome:
    return world.signal("deploy", service=service, revision=revision)


def held(outcome: Outcome) -> list[tuple[str, str, str, int | None]]:
    return [(one.why, one.kind, one.by, one.until) for one in outcome.suppressed]
