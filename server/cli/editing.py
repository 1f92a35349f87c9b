"""The language server on standard input and output, where its extra is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from interlock.errors import InterlockError
from interlock.server.cli.exits import Exit

EXTRA = "lsp"


class ExtraMissing(InterlockError):
    """A part that is installed on demand is not there."""

    code = "extra_missing"


def edit(paths: Sequence[Path], executors: Path | None, environment: str | None) -> Exit:
    """Answer an editor until it is done.

    Args:
        paths: what of the editor's folder is the bundle; nothing: all of it.
        executors: the file that says what probes there are.
        environment: whose parameters count.

    Raises:
        ExtraMissing: what speaks to editors is not installed.
    """
    missing = [name for name in ("pygls", "lsprotocol") if find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            f"the language server needs {' and '.join(missing)}, which this Python lacks;"
            f" install the extra: pip install interlock[{EXTRA}]"
        )
    from interlock.server.lsp.desk import Options
    from interlock.server.lsp.serving import serve

    # The server closes what it wrote to, and a stray print must not break the protocol.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    printed, sys.stdout = sys.stdout, sys.stderr
    try:
        has_ended = serve(Options(tuple(paths), executors, environment), sys.stdin.buffer, answers)
    finally:
        sys.stdout = printed
    return Exit.OK if has_ended else Exit.FOUND
