"""The whole service through its restarts: one owner, an orderly end, other rules.

What a damaged store does is in ``tests/unit/engine/test_damaged_store.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from pathlib import Path

import pytest

from interlock.engine.replay import verify
from interlock.errors import InterlockError
from interlock.server.running import STOP_S
from tests.failure.living import BUNDLE, Living, eventually, living, noise, talk, talking, wanted

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OTHER_RULES = BUNDLE.replace(
    "when: [{signal: work.wanted, as: wanted}]",
    "when: [{signal: work.wanted, as: wanted, where: \"!(item in ['banned', 'ignored'])\"}]",
)
BROKEN = BUNDLE.replace("signal: work.wanted, as", "signal: work.wantd, as")


def send(service: Living, *items: str) -> None:
    talk(service, lambda c: c.signals.ingest([wanted(item) for item in items]))


def are_resolved(service: Living, *items: str) -> None:
    """Wait until exactly these incidents have ended well."""
    eventually(lambda: service.incidents() == dict.fromkeys(items, "resolved"), "all is resolved")


# --- an orderly end ---------------------------------------------------------------------------


async def flood(service: Living) -> int:
    """Send batches until the service takes no more; return how many signals were acknowledged."""
    acked = 0
    async with talking(service) as client:
        with contextlib.suppress(InterlockError, TimeoutError):
            while True:
                async with asyncio.timeout(5):
                    batch = [noise(acked + n) for n in range(100)]
                    await client.signals.ingest(batch)
                acked += 100
    return acked


def test_one_store_has_one_owner_and_sigterm_ends_it_in_time_with_all_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    """What runs when it comes is looked for in the next life, not believed to have failed."""

    async def scenario(service: Living) -> int:
        flooding = asyncio.create_task(flood(service))
        await asyncio.sleep(1)
        service.terminate()
        return await flooding

    with living(tmp_path) as service:
        service.slow(20)
        send(service, "running")
        eventually(lambda: service.incidents() == {"running": None}, "it is open")
        second = service.start_in_vain()
        owner = service.pid
        acked = asyncio.run(scenario(service))
        began = time.monotonic()
        code = service.wait()
        took = time.monotonic() - began
        service.slow(None)

        report = verify(service.store)
        service.start()
        are_resolved(service, "running")
        receipt = talk(service, lambda c: c.signals.ingest([noise(n) for n in range(500)]))

    assert second[0] != 0
    assert f"is being written by process {owner}; one store has one writer" in second[1]
    assert code == 0
    assert took < STOP_S
    assert report.is_sound
    assert acked > 0
    assert receipt.duplicate >= min(500, acked)


# --- other rules ------------------------------------------------------------------------------


def test_rules_that_do_not_compile_are_refused_others_take_over_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    """Negative control: what is open under the rules of before is done, though these ban it."""
    with living(tmp_path) as service:
        service.slow(30)
        send(service, "open", "banned")
        eventually(lambda: len(service.incidents()) == 2, "both are open")
        service.end()
        service.slow(None)
        service.bundle({"all.yaml": BROKEN})
        code, said = service.start_in_vain()
        service.bundle({"all.yaml": OTHER_RULES})
        service.start()
        are_resolved(service, "open", "banned")
        send(service, "new", "ignored")
        are_resolved(service, "open", "banned", "new")
        assert service.end(signal.SIGTERM) == 0

        assert verify(service.store).is_sound
        assert sorted(service.effects()) == ["banned", "new", "open"]

    assert code == 2
    assert "all.yaml:14:21: error [RV210] undeclared signal 'work.wantd'" in said
