"""``interlock diff``: what tells two bundles apart, for whoever reviews the step."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from interlock.server.cli.check import Env

Before = Annotated[
    str,
    typer.Argument(
        metavar="A", help="What is: a folder, a file, git:REVISION[:PATH], or a store's URL."
    ),
]
After = Annotated[str, typer.Argument(metavar="B", help="Likewise: what is to be.")]
Semantic = Annotated[
    bool,
    typer.Option("--semantic", help="Say which way each goes: loosened, tightened, risk raised."),
]
Shown = Annotated[
    Literal["text", "markdown", "json"],
    typer.Option("--output", "-o", help="For people, for a pull request, or for programs."),
]


def diff(
    before: Before,
    after: After,
    semantic: Semantic = False,
    env: Env = None,
    output: Shown = "text",
) -> None:
    """Print what differs between two bundles, and what that means.

    Signals, facts, rules, machines, actions and targets. Definitions that mean the same are not
    mentioned, however they are written. Of a store the bundle that decides now is taken. The
    exit code is 1 when anything differs.

    interlock diff git:origin/main:rules rules/ --semantic
    interlock diff sqlite:///kept/interlock.db rules/ --semantic -o markdown
    """
    from interlock.server.cli import differing

    raise typer.Exit(differing.compare(before, after, env=env, semantic=semantic, form=output))
