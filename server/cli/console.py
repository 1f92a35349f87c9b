"""What prints with colour: loaded where somebody looks, or where lines are drawn."""

from __future__ import annotations

import os

from rich.console import Console
from typing_extensions import override

WIDE = 100_000
"""Columns of what is no terminal."""


class _Console(Console):
    """Leaves it to the program what happens when nobody reads on."""

    @override
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(*, is_terminal: bool) -> Console:
    """Return what prints to standard output."""
    return _Console(
        color_system=None if os.environ.get("NO_COLOR") else "auto",  # bold is one, too
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        width=None if is_terminal else WIDE,
    )
