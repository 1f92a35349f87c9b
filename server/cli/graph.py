"""``interlock graph``: the rules, one machine, or the way from signals to actions, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Files, and folders with all below them. [default: the current folder]",
        show_default=False,
    ),
]
Machine = Annotated[str, typer.Argument(metavar="ID", help="Id of the machine.")]
Drawing = Annotated[
    Literal["mermaid", "svg", "dot", "json"],
    typer.Option("--output", "-o", help="For Markdown, browsers, Graphviz, or programs."),
]
Incident = Annotated[
    str,
    typer.Option(
        "--incident", metavar="ID", help="Draw what it went through over the bundle it ran under."
    ),
]
Covers = Annotated[
    bool,
    typer.Option(
        "--coverage", help="Draw what the scenarios below PATH cover, and what they miss."
    ),
]
Store = Annotated[
    str,
    typer.Option("--store", metavar="URL", help="Where the incident is recorded; no PATH then."),
]


def rules(
    paths: Paths = None,
    covers: Covers = False,
    incident: Incident = "",
    store: Store = "",
    output: Drawing = "mermaid",
) -> None:
    """Draw the rules with the signals and facts they read and what they lead to.

    interlock graph rules rules/ > rules.mmd
    """
    from interlock.server.cli import drawing

    drawing.draw("rules", paths, drawing.Told(store, incident, covers), output)


def machine(
    machine_id: Machine,
    paths: Paths = None,
    covers: Covers = False,
    incident: Incident = "",
    store: Store = "",
    output: Drawing = "mermaid",
) -> None:
    """Draw the states of a machine and the ways between them.

    interlock graph machine restart-service machines/ -o svg > restart-service.svg
    interlock graph machine restart-service --coverage -o svg . > covered.svg
    interlock graph machine restart-service --incident INCIDENT --store sqlite:///kept/interlock.db
    """
    from interlock.server.cli import drawing

    drawing.draw(machine_id, paths, drawing.Told(store, incident, covers), output, is_machine=True)


def flow(
    paths: Paths = None,
    covers: Covers = False,
    incident: Incident = "",
    store: Store = "",
    output: Drawing = "mermaid",
) -> None:
    """Draw the whole way: signals, rules, facts, machines, actions.

    interlock graph flow . -o svg > flow.svg
    """
    from interlock.server.cli import drawing

    drawing.draw("flow", paths, drawing.Told(store, incident, covers), output)
