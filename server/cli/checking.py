"""The check of an author's files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from interlock.engine.bundle import MANIFEST, Bundle, manifest
from interlock.engine.clock import SystemClock
from interlock.engine.executors.registry import load_executors, probe_fields
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic, ordered
from interlock.language.document import load_documents
from interlock.language.uncollected import uncollected
from interlock.server.cli.exits import Exit
from interlock.server.cli.expired import expired
from interlock.server.cli.findings import Findings, print_findings
from interlock.server.cli.manifests import stated_probes
from interlock.server.cli.options import Report
from interlock.server.cli.quieting import quiet, today
from interlock.server.inputs import (
    DRY_RUN,
    SUFFIXES,
    InputRejected,
    bundle_files,
    read_bytes,
)
from interlock.server.kinds import check_kinds

_UNKNOWN_PROBE = "RV710"


def check(
    paths: Iterable[Path], executors: Path | None, report: Report, environment: str | None = None
) -> Exit:
    """Check files as one bundle and print what is wrong with them.

    Args:
        paths: files, and folders with all below them.
        executors: where it stands what probes there are; None: unknown probes are no error.
        report: how to print.
        environment: whose parameters count; None: their defaults.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
        DefinitionError: the executors' files are wrong.
    """
    paths = list(paths)
    probes = stated_probes(paths, executors)
    found = find(read(paths), probes, environment, now=SystemClock().now_ms())
    print_findings(quiet(found, today()), report, "interlock check")
    return Exit.FOUND if found.count("error") else Exit.OK


def read(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the content of the files given, by the path that leads there from here.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
    """
    files: dict[str, bytes] = {}
    for path in paths:
        for file in bundle_files(path) if path.is_dir() else [path]:
            if file.suffix not in SUFFIXES:
                raise InputRejected(f"{file}: expected a file that ends with .yaml or .yml")
            files[os.path.normpath(file)] = read_bytes(file)
    if not files:
        raise InputRejected("there is no file that ends with .yaml or .yml")
    return files


@uncollected()
def find(
    files: Mapping[str, bytes],
    probes: str | None,
    environment: str | None = None,
    *,
    now: int = 0,
) -> Findings:
    """Return what is wrong with files taken as one bundle.

    Args:
        files: name to content.
        probes: the manifest to check against; None: that of a service without settings.
        environment: whose parameters count; None: their defaults.
        now: the time, ms since the epoch; what has expired by then is warned of.
    """
    texts = {name: content.decode(errors="replace") for name, content in files.items()}
    documents = [
        document
        for name, content in sorted(files.items())
        if name.endswith(SUFFIXES)
        for document in load_documents(content, name)
    ]
    found: list[Diagnostic] = []
    known = manifest(probe_fields(load_executors(DRY_RUN))) if probes is None else probes
    try:
        bundle = Bundle.compile({**texts, MANIFEST: known}, environment, documents, strict=True)
        found += [*bundle.warnings, *expired(bundle.rulebase, now)]
    except DefinitionError as error:
        if not error.diagnostics:
            raise
        found += error.diagnostics
    found += check_kinds(documents)
    if probes is None:
        found = [_softened(one) for one in found]
    return Findings(texts, ordered(found))


def _softened(one: Diagnostic) -> Diagnostic:
    """Make an unknown probe a warning: what is not said cannot be missing."""
    if one.code != _UNKNOWN_PROBE:
        return one
    return replace(one, severity="warning", hint="give --executors FILE to check probes")
