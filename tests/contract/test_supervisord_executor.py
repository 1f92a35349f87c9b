"""The supervisord executor against a real supervisord over its unix socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.supervisord import SupervisordExecutor, create
from interlock.engine.executors.xmlrpc import Address, XmlRpc
from interlock.errors import DefinitionError, ExecutionError
from tests.contract.supervisor import Supervisor, running_supervisor
from tests.unit.engine.executors.given import attempt, probe

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    with running_supervisor(tmp_path_factory.mktemp("supervisor")) as running:
        yield running


def execute(supervisor: Supervisor, *operations: str, name: str = "web") -> list[AttemptResult]:
    """Perform operations one after the other, each under its own key."""

    async def main() -> list[AttemptResult]:
        executor = SupervisordExecutor(XmlRpc(Address.parse(supervisor.address)))
        results = [
            await executor.execute(
                attempt(
                    operation=operation,
                    inputs={"name": name},
                    idempotency_key=f"key-{number}",
                    timeout_ms=20_000,
                )
            )
            for number, operation in enumerate(operations)
        ]
        await executor.close()
        return results

    return asyncio.run(main())


def see(supervisor: Supervisor, name: str) -> dict[str, Any]:
    async def main() -> dict[str, Any]:
        executor = SupervisordExecutor(XmlRpc(Address.parse(supervisor.address)))
        seen = await executor.probe(
            probe(operation="process", inputs={"name": name}, timeout_ms=20_000)
        )
        await executor.close()
        return dict(seen)

    return asyncio.run(main())


def test_a_restart_gives_the_process_another_pid(supervisor: Supervisor) -> None:
    before = see(supervisor, "web")["pid"]

    (result,) = execute(supervisor, "restart")

    after = see(supervisor, "web")
    assert result == AttemptResult("ok", outputs={"state": "RUNNING", "pid": after["pid"]})
    assert before != after["pid"]


def test_stopping_and_starting_are_idempotent(supervisor: Supervisor) -> None:
    results = execute(supervisor, "stop", "stop", "start", "start")

    assert ["STOPPED", "STOPPED", "RUNNING", "RUNNING"] == [r.outputs["state"] for r in results]


def test_a_process_that_stands_is_restarted(supervisor: Supervisor) -> None:
    _, result = execute(supervisor, "stop", "restart")

    assert result.outputs["state"] == "RUNNING"


def test_a_group_and_process_name_is_a_process(supervisor: Supervisor) -> None:
    assert see(supervisor, "web:web")["found"]


def test_a_process_that_does_not_stay_up_is_an_error(supervisor: Supervisor) -> None:
    (result,) = execute(supervisor, "restart", name="broken")

    assert result.outcome == "error"
    assert result.code in {"fault_40", "fault_50"}  # abnormal termination, spawn error


def test_an_unknown_process_is_an_error_for_actions(supervisor: Supervisor) -> None:
    (result,) = execute(supervisor, "restart", name="nobody")

    assert ("error", "fault_10") == (result.outcome, result.code)


def test_an_unknown_process_is_not_found_by_the_probe(supervisor: Supervisor) -> None:
    assert see(supervisor, "nobody") == {"found": False, "state": "", "pid": 0, "uptime": 0}


def test_the_probe_sees_what_runs_and_what_stands(supervisor: Supervisor) -> None:
    running, standing = see(supervisor, "web"), see(supervisor, "broken")

    assert (True, "RUNNING") == (running["found"], running["state"])
    assert running["pid"] > 0
    assert running["uptime"] >= 0
    assert (True, 0, 0) == (standing["found"], standing["pid"], standing["uptime"])


def test_a_supervisor_that_is_not_there_is_an_error() -> None:
    absent = Supervisor("unix:///nonexistent/socket", None)  # type: ignore[arg-type]

    (result,) = execute(absent, "restart")

    assert ("error", "unavailable") == (result.outcome, result.code)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"no xml", "bad_answer"),
        (200, b"<?xml version='1.0'?><methodResponse></methodResponse>", "bad_answer"),
        (200, b"x" * (1 << 21), "too_long"),
        (401, b"", "http_401"),
        (302, b"", "http_302"),
    ],
)
def test_an_answer_that_is_no_xml_rpc_is_an_error(status: int, body: bytes, code: str) -> None:
    async def main() -> Any:
        async def answer(_: web.BaseRequest) -> web.Response:
            return web.Response(status=status, body=body)

        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        rpc = XmlRpc(Address.parse(f"http://127.0.0.1:{runner.addresses[0][1]}"))
        with pytest.raises(ExecutionError) as refused:
            await rpc.call("supervisor.getState")
        await rpc.close()
        await runner.cleanup()
        return refused.value.details["reason"]

    assert asyncio.run(main()) == code


def test_a_password_is_read_from_its_file(tmp_path: Any) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    settings = {"address": "http://127.0.0.1:9001", "username": "ops"}

    executor = create({**settings, "password_file": str(secret)})

    assert executor._rpc._headers["Authorization"] == "Basic b3BzOnMzY3JldA=="
    with pytest.raises(DefinitionError, match="password_file"):
        create(settings)
    with pytest.raises(DefinitionError, match="cannot be read"):
        create({**settings, "password_file": str(tmp_path / "none")})
