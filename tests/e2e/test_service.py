"""The service as a class: what ``serve``, the demo and these tests all run."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from interlock.client import Client, signal
from interlock.errors import DefinitionError, NotReady
from interlock.server.app import Service
from interlock.server.settings import Settings
from tests.e2e.serving import BUNDLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PAGING = """\
interlock: actions/v1
package: e2e
owner: o
executor: pager
actions:
  page.on_call:
    version: 1
    title: Page whoever is on call
    kind: notify
    inputs: {text: string}
    idempotency_key: ${incident.id}/${step.id}
    timeout: 10s
"""
SIGNALS = (BUNDLE / "signals.yaml").read_text()


def _settings(folder: Path, **given: object) -> Settings:
    bundle = folder / "bundle"
    bundle.mkdir(exist_ok=True)
    (bundle / "signals.yaml").write_text(SIGNALS)
    anywhere = {"grpc_address": "127.0.0.1:0", "http_address": "127.0.0.1:0"}
    return Settings.read(
        {},
        {
            "bundle": bundle,
            "data_dir": folder / "data",
            "engines": "reference",
            **anywhere,
            **given,
        },
    )


async def _once(settings: Settings) -> str:
    """Start a service, send it a signal, stop it twice; return what became of the signal."""
    service = Service(settings)
    await service.start()
    async with Client(service.grpc_address) as client:
        receipt = await client.signals.ingest([signal("a.b", source="test", id="one")])
    await service.stop()
    await service.stop()
    return "accepted" if receipt.accepted else "duplicate"


def test_it_starts_takes_signals_stops_and_starts_again(tmp_path: Path) -> None:
    settings = _settings(tmp_path)

    assert ["accepted", "duplicate"] == [asyncio.run(_once(settings)) for _ in range(2)]


def test_a_start_that_fails_at_the_last_door_gives_everything_back(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NotReady, match="cannot listen on"):
            asyncio.run(_once(_settings(tmp_path, grpc_address=address)))

    assert "accepted" == asyncio.run(_once(_settings(tmp_path)))


def test_executors_can_be_given_as_settings(tmp_path: Path) -> None:
    settings = _settings(tmp_path, executors={"dry_run": {}})

    assert "accepted" == asyncio.run(_once(settings))


def test_an_action_whose_executor_is_not_configured_is_warned_of(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    (settings.bundle / "actions.yaml").write_text(PAGING)

    with capture_logs() as logs:
        asyncio.run(_once(settings))

    assert [("executor_not_configured", "page.on_call", "pager")] == [
        (line["event"], line["action"], line["executor"])
        for line in logs
        if line["log_level"] == "warning"
    ]


@pytest.mark.parametrize(
    "executors", [{"nobody": {}}, {"dry_run": {"speed": "high"}}, {"command": {}}]
)
def test_executors_that_cannot_be_made_keep_it_from_starting(
    tmp_path: Path, executors: dict[str, dict[str, str]]
) -> None:
    with pytest.raises(DefinitionError):
        asyncio.run(_once(_settings(tmp_path, executors=executors)))
    assert not (tmp_path / "data").exists()
