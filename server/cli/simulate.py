"""``interlock simulate``: play with a bundle, and push the clock oneself."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.check import HERE, Env, Executors, Paths
from interlock.server.cli.options import Form, Output

Start = Annotated[str, typer.Option(metavar="TIME", help="Simulated time to begin at, RFC 3339.")]


def simulate(
    paths: Paths = None,
    executors: Executors = None,
    env: Env = None,
    start: Start = "2026-03-02T09:00:00Z",
    output: Output = Form.TEXT,
) -> None:
    """Play with a bundle in simulated time.

    Commands come from standard input, one a line: +30s, send NAME field=value, see PROBE
    field=value, fail ACTION, answer KEY CHOICE as ROLE, show, why, why-not RULE; help lists
    them. The fold of the service decides, actions work unless a command says otherwise, and
    nothing real is touched. JSON is one line a command.

    interlock simulate bundle/
    echo "send site.probe service=shop up=false" | interlock simulate bundle/
    """
    from interlock.server.cli import simulating

    simulating.simulate(paths or [HERE], executors, env, start, output)
