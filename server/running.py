"""``interlock serve``: one service from start to signal, with its logs."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys

import structlog

from interlock.server.app import Service
from interlock.server.logs import configure_logs
from interlock.server.settings import Settings

STOP_S = 10.0
"""How long stopping may take; then the process ends where it stands, as after a crash."""

SELDOM = (50_000, 20, 50)
"""When the collector looks for dead cycles.

Signals make many objects and hardly a cycle; looking after every 700 of them, as Python does,
took a fifth of the processor's time and found nothing.
"""

SWITCH_S = 0.0005
"""How long a thread may keep the others waiting for the interpreter.  The default of 5 ms makes
the core thread, which gives way at every step of a statement, wait that long to go on."""

TIMED_OUT = 3
"""Exit code of a service that had to be cut off."""

log = structlog.get_logger(__name__)


def run(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C and return the exit code.

    Raises:
        InterlockError: the service cannot start; see ``Service.start``.
    """
    configure_logs(settings.log_level)
    gc.set_threshold(*SELDOM)
    sys.setswitchinterval(SWITCH_S)
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    log.info("settings_read", **settings.printed())
    service = Service(settings)
    await service.start()
    gc.collect()
    gc.freeze()  # what start-up made stays; no collection need look at it again
    log.info(
        "service_started",
        grpc=service.grpc_address,
        http=service.http_address,
        bundle=service.bundle.digest,
    )
    await told.wait()
    log.info("service_stopping", seconds=STOP_S)
    try:
        async with asyncio.timeout(STOP_S):
            await service.stop()
    except TimeoutError:
        log.error("service_cut_off", seconds=STOP_S)  # noqa: TRY400  # the trace says nothing
        os._exit(TIMED_OUT)  # a thread hangs: leaving in order would wait for it
    log.info("service_stopped")
    return 0
