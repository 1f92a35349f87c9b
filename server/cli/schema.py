"""``interlock schema``: what may stand in a document, for editors and other programs."""

from __future__ import annotations

from typing import Annotated

import typer

Kind = Annotated[
    str, typer.Argument(metavar="[KIND]", help="Such as rules; without it, one for all kinds.")
]


def schema(kind: Kind = "") -> None:
    """Print the JSON Schema of a kind of document.

    Derived from the models that check files. An editor with yaml-language-server completes and
    checks a file that begins with the line # yaml-language-server: $schema=PATH.

    interlock schema > interlock.schema.json
    interlock schema rules > rules.schema.json
    """
    from interlock.server.cli import schemas

    schemas.print_schema(kind)
