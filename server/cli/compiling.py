"""An author's files as a bundle, for verbs that only look at it.

What nobody says about probes is not known and no fault: looking at a runbook needs no executors.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST
from interlock.server.cli.checking import read_texts
from interlock.server.cli.unstated import unseen


def compiled(paths: Iterable[Path], *, probes: str | None = None, env: str | None = None) -> Bundle:
    """Return the bundle that files make.

    Args:
        paths: files, and folders with all below them.
        probes: the manifest that says what probes see; None: that is not known.
        env: the environment whose parameters count; None: their defaults.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
        DefinitionError: with every fault of every file.
    """
    texts = read_texts(paths)
    if probes is None:
        probes = unseen(texts)
    return Bundle.compile({**texts, MANIFEST: probes}, env)
