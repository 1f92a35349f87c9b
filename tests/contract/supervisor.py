"""A real supervisord with a process that counts its starts."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from interlock.engine.executors.xmlrpc import Address, XmlRpc
from interlock.errors import ExecutionError

CONFIGURATION = """
[supervisord]
nodaemon=true
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
identifier=test

[unix_http_server]
file={socket}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[program:web]
command={python} -I -S -c "import time; time.sleep(3600)"
startsecs=0
stopwaitsecs=2

[program:slow]
command={python} -I -S -c "import time; time.sleep(3600)"
startsecs=3600
autostart=false

[program:broken]
command={python} -I -S -c "raise SystemExit(1)"
startsecs=1
startretries=0
autostart=false
"""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A running supervisord.

    Attributes:
        address: where it listens.
        log: what it writes down.
    """

    address: str
    log: Path

    def starts(self) -> int:
        """Return how often ``web`` was started."""
        return self.log.read_text().count("spawned: 'web'")


@contextmanager
def running_supervisor(folder: Path) -> Iterator[Supervisor]:
    """Start one, with ``web`` running, and stop it in the end."""
    with tempfile.TemporaryDirectory(prefix="il-") as short:  # socket paths are at most 107 bytes
        socket = f"{short}/s"
        file = folder / "supervisord.conf"
        file.write_text(CONFIGURATION.format(folder=folder, socket=socket, python=sys.executable))
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-n", "-c", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            asyncio.run(_until_running(f"unix://{socket}"))
            yield Supervisor(f"unix://{socket}", folder / "supervisord.log")
        finally:
            process.terminate()
            process.wait(timeout=20)


async def _until_running(address: str) -> None:
    rpc = XmlRpc(Address.parse(address))
    async with asyncio.timeout(20):
        while not await _is_running(rpc):  # noqa: ASYNC110  # it has nothing to wait on
            await asyncio.sleep(0.05)
    await rpc.close()


async def _is_running(rpc: XmlRpc) -> bool:
    try:
        process = await rpc.call("supervisor.getProcessInfo", "web")
    except ExecutionError:
        return False
    return isinstance(process, dict) and process.get("statename") == "RUNNING"
