"""``interlock demo``: watch a real web server break and be healed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Keep = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Leave the store there, with the public key and last checkpoint."
    ),
]
Prometheus = Annotated[
    bool, typer.Option("--prometheus", help="Let Prometheus and Alertmanager watch the site.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only how it ended.")]


def demo(keep: Keep = None, prometheus: Prometheus = False, quiet: Quiet = False) -> None:
    """Watch a real web server break and be healed.

    The exit code is 0 only when every incident ended as expected and the history is verified.

    interlock demo --keep kept
    interlock audit verify --store sqlite:///kept/interlock.db
    """
    from interlock.server.demo import play

    raise typer.Exit(play.run(keep=keep, prometheus=prometheus, quiet=quiet))
