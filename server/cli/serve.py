"""``interlock serve``: run the service until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Folder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        envvar="INTERLOCK_BUNDLE",
        help="Rules, machines, actions, inventory. [default: bundle]",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        envvar="INTERLOCK_DATA_DIR",
        help="Store and signing key; made when missing. [default: interlock-data]",
    ),
]
Grpc = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        envvar="INTERLOCK_GRPC_ADDRESS",
        help="gRPC, on loopback; port 0: any. [default: 127.0.0.1:7400]",
    ),
]
Http = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        envvar="INTERLOCK_HTTP_ADDRESS",
        help="Alert doors, health, metrics. [default: 127.0.0.1:7480]",
    ),
]
Env = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        envvar="INTERLOCK_ENV",
        help="Environment whose parameters count. [default: none, the defaults]",
    ),
]
Engines = Annotated[
    Literal["both", "reference"] | None,
    typer.Option(
        envvar="INTERLOCK_ENGINES",
        help="Whether a second engine must agree before anything acts. [default: both]",
    ),
]
Executors = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="INTERLOCK_EXECUTORS",
        help="TOML, a table for each executor. [default: only dry_run, which does nothing]",
    ),
]
Origin = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        envvar="INTERLOCK_ORIGIN",
        help="Name of the log in its checkpoints. [default: interlock]",
    ),
]
Reflection = Annotated[
    Literal["on", "off"] | None,
    typer.Option(
        envvar="INTERLOCK_REFLECTION",
        help="Whether clients may ask for the contract. [default: on]",
    ),
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"] | None,
    typer.Option(envvar="INTERLOCK_LOG_LEVEL", help="The least that is logged. [default: info]"),
]


def serve(  # noqa: PLR0913  # an option each
    *,
    bundle: Folder = None,
    data_dir: Data = None,
    grpc_address: Grpc = None,
    http_address: Http = None,
    env: Env = None,
    engines: Engines = None,
    executors: Executors = None,
    origin: Origin = None,
    reflection: Reflection = None,
    log_level: LogLevel = None,
) -> None:
    """Run the service until it is told to stop.

    Logs are JSON lines on standard output; the event `service_started` names the addresses.
    SIGTERM and Ctrl-C end it in order, within 10 seconds.

    interlock serve --bundle rules/ --executors executors.toml
    """
    import gc
    import os

    from interlock.server.cli.main import COLLECTING
    from interlock.server.running import run
    from interlock.server.settings import Settings

    given = {
        "bundle": bundle,
        "data_dir": data_dir,
        "grpc_address": grpc_address,
        "http_address": http_address,
        "env": env,
        "engines": engines,
        "executors": executors,
        "origin": origin,
        "reflection": reflection,
        "log_level": log_level,
    }
    settings = Settings.read(os.environ, given)
    gc.set_threshold(*COLLECTING)
    raise typer.Exit(run(settings))
