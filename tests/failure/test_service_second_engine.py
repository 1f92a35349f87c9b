"""The second engine is stopped and killed under load: actions are late, nothing is lost.

Negative control: while it is stopped nothing acts though everything is decided, so the delay is the
second engine's; with one engine the same signals act at once.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from interlock.engine.crosscheck import Terms
from interlock.engine.replay import verify
from tests.failure.living import Living, eventually, living, noise, talk, wanted

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PATIENCE_S = Terms().patience_s


def send(service: Living, items: list[str]) -> None:
    """Send wanted items among signals nobody asks for."""
    batch = [*(wanted(item) for item in items), *(noise(n) for n in range(200))]
    talk(service, lambda c: c.signals.ingest(batch))


def is_done(service: Living, items: int) -> bool:
    outcomes = list(service.incidents().values())
    return outcomes == ["resolved"] * items


def the_engine(service: Living) -> int:
    """Return the process id of the second engine, once it is there."""
    eventually(lambda: len(service.engine_pids()) == 1, "the second engine is there")
    return service.engine_pids()[0]


def test_a_stopped_second_engine_delays_actions_and_loses_none(tmp_path: Path) -> None:
    items = [f"item-{number}" for number in range(10)]
    with living(tmp_path) as service:
        send(service, ["first"])
        eventually(lambda: is_done(service, 1), "the first is healed")
        os.kill(the_engine(service), signal.SIGSTOP)
        send(service, items)
        eventually(lambda: len(service.incidents()) == 11, "everything is decided")
        time.sleep(min(1.0, PATIENCE_S / 2))
        held = service.effects()
        eventually(lambda: is_done(service, 11), "all are healed by the next engine")
        assert service.end(signal.SIGTERM) == 0

    assert held == ["first"]
    assert sorted(service.effects()) == sorted(["first", *items])
    assert verify(service.store).is_sound


def test_a_second_engine_that_is_killed_again_and_again_loses_none(tmp_path: Path) -> None:
    items = [f"item-{number}" for number in range(15)]
    with living(tmp_path) as service:
        for place in range(0, len(items), 5):
            send(service, items[place : place + 5])
            for pid in service.engine_pids():
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: is_done(service, len(items)), "all are healed")
        assert service.end(signal.SIGTERM) == 0

    assert sorted(service.effects()) == sorted(items)
    assert verify(service.store).is_sound


def test_one_engine_alone_acts_at_once(tmp_path: Path) -> None:
    """Negative control: there is no second engine to wait for."""
    with living(tmp_path, engines="reference") as service:
        send(service, ["only"])
        eventually(lambda: is_done(service, 1), "it is healed")

        assert service.engine_pids() == []
