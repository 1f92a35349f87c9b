"""``interlock codes``: what does a code mean, and what is to be done?"""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.server.cli.options import Form, Output

Code = Annotated[
    str,
    typer.Argument(
        metavar="[CODE]", help="Such as RV201 or not_found; without it, all are listed."
    ),
]


def codes(code: Code = "", output: Output = Form.TEXT) -> None:
    """Print the page of a code, or all codes there are.

    What to avoid, what to prefer, why, and how to mend it; of an error cause and cure. As the
    documentation has it; needs no network and no service.

    interlock codes
    interlock codes RV201
    """
    from interlock.server.cli import explaining

    explaining.explain(code, output)
