"""The off switch of the whole service: at once, for what is queued, and through a kill -9.

Negative control: the same work goes on by itself where nobody freezes, which the test sees before
it freezes and after it thaws.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from interlock.engine.dispatch import Limits
from interlock.v1.control_service_pb2 import GetGateStatusResponse
from tests.failure.living import Living, eventually, living, talk, wanted

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LANE = Limits().per_executor
ITEMS = [f"item-{number}" for number in range(LANE + 12)]
AT_ONCE_S = 1.0
QUIET_S = 2.0
"""How long nothing may happen; a program takes about a hundredth of it."""


def freeze(service: Living, scope: str = "global") -> float:
    """Freeze and return how long it took, in seconds."""
    began = time.monotonic()
    talk(service, lambda c: c.control.freeze(scope, actor="ana", reason="a test"))
    return time.monotonic() - began


def status(service: Living) -> GetGateStatusResponse:
    """Return what the gate says."""
    return talk(service, lambda c: c.control.gate_status())


def let_out(service: Living) -> int:
    """Return how many actions were let out: some run, the others wait for their place."""
    return status(service).running_actions + len(service.effects())


def stays(service: Living, effects: int) -> bool:
    """Return whether nothing more happens for a while."""
    time.sleep(QUIET_S)
    return len(service.effects()) == effects


def test_a_freeze_stops_what_is_queued_survives_a_kill_and_a_thaw_lets_go(tmp_path: Path) -> None:
    with living(tmp_path) as service:
        service.slow(3)
        talk(service, lambda c: c.signals.ingest([wanted(item) for item in ITEMS]))
        eventually(lambda: let_out(service) == len(ITEMS), "every action is let out")
        took = freeze(service)
        ended = len(service.effects())
        service.slow(None)
        eventually(lambda: status(service).running_actions == 0, "what ran has ended")
        stopped = len(service.effects())
        assert stopped <= ended + LANE < len(ITEMS)
        assert stays(service, stopped)

        service.end()
        service.start()
        assert stays(service, stopped)
        (found,) = status(service).freezes
        assert (found.scope, found.actor, found.reason) == ("global", "ana", "a test")

        talk(service, lambda c: c.control.thaw("global", actor="ana", reason="over"))
        eventually(lambda: len(service.effects()) == len(ITEMS), "the rest is done")
        eventually(lambda: set(service.incidents().values()) == {"resolved"}, "all is resolved")
        assert service.end(signal.SIGTERM) == 0

    assert took < AT_ONCE_S
    assert sorted(service.starts()) == sorted(ITEMS)


def test_a_freeze_of_one_incident_leaves_the_others_alone(tmp_path: Path) -> None:
    with living(tmp_path, engines="reference") as service:
        freeze(service, "incident:left-alone")
        items = ["left-alone", "healed"]
        talk(service, lambda c: c.signals.ingest([wanted(item) for item in items]))
        eventually(lambda: "healed" in service.effects(), "the other is healed")

        assert stays(service, 1)
