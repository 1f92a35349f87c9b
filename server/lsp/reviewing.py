"""What is wrong with a bundle: in an editor, what the command line says of the same files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from interlock.language.document import Reader
from interlock.server.cli.checking import find
from interlock.server.cli.findings import Findings
from interlock.server.cli.linting import linted, midnight
from interlock.server.cli.manifests import Stated, stated_or_faulty
from interlock.server.cli.quieting import quiet, today
from interlock.server.lsp.files import Place


def review(
    files: Mapping[str, bytes], probes: Stated, environment: str | None, reader: Reader
) -> Findings:
    """Return what ``interlock check`` says of files that have errors, else what lint says.

    Args:
        files: name to content.
        probes: the manifest of the probes there are, or why it is not known.
        environment: whose parameters count; None: their defaults.
        reader: what reads the files.
    """
    day = today()
    found = find(files, probes, environment, now=midnight(day), reader=reader)
    if found.count("error"):
        return quiet(found, day, reader)
    return linted(files, found, day, reader=reader)


def probes_of(place: Place, executors: Path | None, tell: Callable[[str], None]) -> Stated:
    """Return the manifest that holds for a bundle, as ``interlock check`` finds it.

    Args:
        place: the bundle.
        executors: the file that says it instead, from the folder.
        tell: takes a line about settings that were found and are not used.

    Raises:
        InputRejected, DefinitionError: it cannot be read, or is none.
    """
    beside = None if executors is None else place.base / executors
    return stated_or_faulty(place.paths, beside, tell)
