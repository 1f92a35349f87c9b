"""R7 on the whole service: a full disk in the middle of an incident, and what everyone is told.

Negative control: with room before and after, the same signals are taken and the same work is done.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.client import Client
from interlock.client import signal as make_signal
from interlock.client.retry import RetryPolicy
from interlock.engine.replay import verify
from interlock.errors import InterlockError, JournalError, NotReady
from tests.failure.living import Living, eventually, living, talk, wanted

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small file system"),
]

HEAVY = "x" * 30_000
RESUME_S = 15.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MiB, of which the service keeps 16 in reserve."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more fits; return the file that is in the way."""
    ballast = disk / "ballast"
    with ballast.open("wb") as out:
        try:
            while True:
                out.write(b"x" * 65_536)
                out.flush()
        except OSError:
            return ballast


def refused(service: Living) -> InterlockError:
    """Send heavy signals until one is refused; return the refusal."""

    async def scenario() -> InterlockError:
        async with Client(service.grpc, policy=RetryPolicy(maximum_attempts=1)) as client:
            for number in range(2_000):
                one = make_signal("nobody.asks", source="t", id=f"{number}", labels={"b": HEAVY})
                try:
                    await client.signals.ingest([one])
                except InterlockError as error:
                    return error
        raise AssertionError("40 MiB held 60 MB")

    return asyncio.run(scenario())


def status(service: Living, path: str, data: bytes | None = None) -> int:
    """Return what a door answers."""
    request = urllib.request.Request(
        f"http://{service.http}{path}", data=data, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


POST = b'{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"a.b"}}]}'


def test_a_full_disk_refuses_everything_answers_questions_and_ends_by_itself(
    tmp_path: Path, small_disk: Path
) -> None:
    with living(tmp_path, data=small_disk / "data", engines="reference") as service:
        service.slow(5)
        talk(service, lambda c: c.signals.ingest([wanted("open")]))
        eventually(lambda: service.incidents() == {"open": None}, "it is open")
        before = status(service, "/readyz"), status(service, "/api/v1/alertmanager", POST)

        ballast = fill(small_disk)
        refusal = refused(service)
        eventually(lambda: status(service, "/readyz") == 503, "it says that it is not ready")
        door = status(service, "/api/v1/alertmanager", POST)
        alive = status(service, "/livez")
        (incident,) = ids(service)
        told = talk(service, lambda c: c.audit.explain(incident))

        service.slow(None)
        ballast.unlink()
        eventually(lambda: status(service, "/readyz") == 200, "it is ready again", RESUME_S)
        eventually(lambda: service.incidents() == {"open": "resolved"}, "it is healed")
        after = status(service, "/api/v1/alertmanager", POST)
        assert service.end(signal.SIGTERM) == 0
        assert verify(service.store).is_sound

    assert before == (200, 200)
    assert isinstance(refusal, JournalError | NotReady)
    assert (door, alive) == (503, 200)
    assert told.title.startswith("write-once for open")
    assert after == 200
    assert service.effects() == ["open"]


def ids(service: Living) -> list[str]:
    """Return the ids of all incidents."""

    async def listed(client: Client) -> list[str]:
        return [incident.id async for incident in client.incidents.list()]

    return list(talk(service, listed))
