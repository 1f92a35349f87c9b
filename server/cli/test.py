"""``interlock test``: does a bundle do what its scenarios expect?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.server.cli.options import Report, Reported

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Test documents, and folders with all below them. [default: this folder]",
        show_default=False,
    ),
]
Executors = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="What probes there are: the service's TOML, or an executors.json."
        " [default: executors.json beside the bundle, executors.toml there or in the folder around,"
        " or what the fakes show]",
    ),
]
Named = Annotated[
    str, typer.Option("-k", metavar="NAME", help="Only scenarios with this in their name.")
]
Covers = Annotated[
    bool, typer.Option("--coverage", help="Say what the scenarios cover, and what they miss.")
]
Least = Annotated[
    int | None,
    typer.Option(
        "--min", metavar="N", min=0, max=100, help="Fail when less than N percent is covered."
    ),
]
Mutates = Annotated[
    bool, typer.Option("--mutate", help="Change the policy bit by bit; say what nobody notices.")
]
Killed = Annotated[
    int | None,
    typer.Option(
        "--min-killed",
        metavar="N",
        min=0,
        max=100,
        help="Fail when less than N percent of the mutants are noticed.",
    ),
]
Generates = Annotated[
    bool,
    typer.Option("--generate", help="Write scenarios that reach what no scenario so far reaches."),
]
Write = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="For --generate: the folder they go to. [default: standard output]",
        show_default=False,
    ),
]
Env = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="For --generate: the environment whose parameters count. [default: none]",
        show_default=False,
    ),
]
Store = Annotated[
    str,
    typer.Option(metavar="URL", help="For record: the store, e.g. sqlite:///kept/interlock.db."),
]
Uses = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="PATH",
        help="For record: where the bundle will lie, seen from the document. [default: .]",
        show_default=False,
    ),
]
Redact = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD",
        help="For record: a further field whose texts are taken out as secrets.",
        show_default=False,
    ),
]

RECORD = "record"
"""First argument that asks for a scenario of an incident; a folder of that name is ``./record``."""


def run(  # noqa: PLR0913, PLR0917  # the options of a verb
    paths: Paths = None,
    executors: Executors = None,
    named: Named = "",
    covers: Covers = False,
    least: Least = None,
    mutates: Mutates = False,
    killed: Killed = None,
    generates: Generates = False,
    write: Write = None,
    env: Env = None,
    store: Store = "",
    uses: Uses = None,
    redact: Redact = None,
    output: Reported = Report.TEXT,
) -> None:
    """Play the scenarios of a bundle in simulated time.

    What nobody expected fails a scenario too: an action, a message, a machine that starts. The
    exit code is 1 when a scenario fails, 2 when a document or its bundle has faults.

    interlock test
    interlock test -k "nobody answers" rules/tests/
    interlock test --coverage --min 90 --mutate
    interlock test -o junit > junit.xml
    interlock test --generate --write tests/ rules/ machines/
    interlock test record INCIDENT --store sqlite:///kept/interlock.db > kept.test.yaml
    """
    if paths and str(paths[0]) == RECORD:
        if len(paths) != 2:
            raise typer.BadParameter("test record takes the id of one incident")
        from interlock.server.cli import recording

        incident = str(paths[1])
        ended = recording.record(store, incident, uses=uses or [], names=redact or [])
        raise typer.Exit(ended)
    if not generates and (write is not None or env is not None):
        raise typer.BadParameter("--write and --env are for --generate")
    if generates:
        from interlock.server.cli import generating

        asked = generating.Asked(executors, env, write)
        raise typer.Exit(generating.report_on(paths or [Path()], asked, output))
    from interlock.server.cli import testing

    wanted = testing.Wanted(
        named,
        covers or least is not None,
        least or 0,
        mutates or killed is not None,
        killed or 0,
    )
    raise typer.Exit(testing.report_on(paths or [Path()], executors, wanted, output))
