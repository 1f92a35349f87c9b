"""The example of the documentation works: a real process against a real server."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from interlock.engine.dispatch import Dispatcher
from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.registry import load_executors
from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.executors.reports import ObservationEntry, Report, ResultEntry
from tests.contract.remote_service import RemoteCore
from tests.fakes.serving import serving
from tests.unit.engine.executors.given import attempt, probe

pytestmark = pytest.mark.e2e

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_the_example_worker_sets_and_sees_a_flag(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text('{"checkout": true}')
    settings = {"plugin": "remote", "operations": str(EXAMPLES / "flags.yaml")}
    executor = load_executors({"flags": settings})["flags"]
    assert isinstance(executor, RemoteExecutor)

    async def main() -> list[Report]:
        reports: asyncio.Queue[Report] = asyncio.Queue()

        async def report(entry: Report) -> int:
            reports.put_nowait(entry)
            return reports.qsize()

        dispatcher = Dispatcher(
            {"flags": executor}, report=report, frozen=lambda _: None, epoch=lambda: 1
        )
        dispatching = asyncio.create_task(dispatcher.run())
        async with serving(RemoteCore(executor)) as address:
            program = [sys.executable, str(EXAMPLES / "worker.py"), address, str(file)]
            worker = await asyncio.create_subprocess_exec(*program)
            about = {"executor": "flags", "target": None, "timeout_ms": 20_000}
            inputs = {"flag": "checkout", "on": False}
            dispatcher.submit(attempt(action="flags.set_flag", inputs=inputs, **about))
            done = [await asyncio.wait_for(reports.get(), 20)]
            dispatcher.submit(probe(probe="flags.flag", inputs={"flag": "checkout"}, **about))
            done.append(await asyncio.wait_for(reports.get(), 20))
            worker.terminate()
            assert await asyncio.wait_for(worker.wait(), 20) == 0
        dispatching.cancel()
        await asyncio.wait({dispatching})
        return done

    done = asyncio.run(main())

    assert done == [
        ResultEntry("act-1", 1, 1, AttemptResult("ok", outputs={"before": True})),
        ObservationEntry("probe-1", {"known": True, "on": False}, None),
    ]
    assert json.loads(file.read_text()) == {"checkout": False}
