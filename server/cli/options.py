"""What verbs share: their options, spelt and explained once.

Light on purpose: this is loaded to print help.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import typer

SERVER = "127.0.0.1:7400"
"""Where ``interlock serve`` listens unless it is told otherwise."""

NO_CACHE = "INTERLOCK_NO_CACHE"
"""The environment variable that stands for ``--no-cache``."""


class Form(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class Report(StrEnum):
    """How findings are printed: for people, for programs, for what shows them beside the code."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"


F = TypeVar("F", Form, Report)


def _or_of_root(context: typer.Context, value: F) -> F:
    """Take ``-o`` given before the verb, unless it is given after it too."""
    name = "output"
    source = context.get_parameter_source(name)
    if source is not None and source.name == "DEFAULT":
        return type(value)(context.find_root().params.get(name, value))
    return value


Output = Annotated[
    Form,
    typer.Option("--output", "-o", help="For people or for programs.", callback=_or_of_root),
]

Reported = Annotated[
    Report,
    typer.Option(
        "--output",
        "-o",
        help="For people, for programs, or for what shows findings beside the code.",
        callback=_or_of_root,
    ),
]

Server = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="HOST:PORT",
        envvar="INTERLOCK_GRPC_ADDRESS",
        help="gRPC address of the service.",
    ),
]

Actor = Annotated[
    str,
    typer.Option(
        "--actor", metavar="NAME", help="Who asks; default: your user name.", show_default=False
    ),
]

StoreUrl = Annotated[
    str,
    typer.Option("--store", metavar="URL", help="Store to read, e.g. sqlite:///kept/interlock.db."),
]

MaybeStore = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        help="Ask a store on disk instead of a service, e.g. sqlite:///kept/interlock.db.",
    ),
]

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is journalled.")]

Incident = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id.", show_default=False)]
