"""A rule about services that nobody has heard of, and which of them it misses."""

from __future__ import annotations

from tests.unit.rules.given import World

SILENT = """
  - id: silent
    title: nobody hears of a service
    when:
      - absent: {signal: error, key: {service: [web, shop]}, for: 3m}
        as: gap
    then: [{start: look, incident: "${gap.service}"}]
    why: ${gap.service} since ${gap.since}
"""
TESTED = SILENT.replace("for: 3m", 'where: [has(previous), previous == "up"], for: 3m')


def incidents(world: World) -> list[str]:
    """Return the services that are missed."""
    return [one.consequences[0].incident for one in world.memory.firings()]
