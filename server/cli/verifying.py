"""The verification of an author's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from interlock.engine.verify import verify as verify_files
from interlock.server.cli.checking import find, read, read_manifest
from interlock.server.cli.exits import Exit
from interlock.server.cli.findings import Findings, print_findings
from interlock.server.cli.options import Report


def verify(
    paths: Iterable[Path], executors: Path | None, report: Report, environment: str | None = None
) -> Exit:
    """Verify files as one bundle and print what is found.

    Args:
        paths: files, and folders with all below them.
        executors: where it stands what probes there are; None: unknown probes are no error.
        report: how to print.
        environment: whose parameters count; None: their defaults.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
        DefinitionError: the executors' files are wrong.
    """
    probes = None if executors is None else read_manifest(executors)
    found = prove(read(paths), probes, environment)
    print_findings(found, report, "interlock verify")
    return Exit.FOUND if found.count("error") else Exit.OK


def prove(
    files: Mapping[str, bytes], probes: str | None, environment: str | None = None
) -> Findings:
    """Return what is found about files taken as one bundle; their errors, where they have any.

    Args:
        files: name to content.
        probes: the manifest to check against; None: that of a service without settings.
        environment: whose parameters count; None: their defaults.
    """
    checked = find(files, probes, environment)
    if checked.count("error"):
        return checked
    return Findings(checked.texts, verify_files(checked.texts, environment))
