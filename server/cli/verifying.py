"""The verification of an author's files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from interlock.engine.bundle import Bundle, documents_of
from interlock.engine.probes import MANIFEST, manifest
from interlock.engine.verify import counterexamples_of
from interlock.engine.verify import verify as verify_files
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.checking import find
from interlock.server.cli.exits import Exit
from interlock.server.cli.findings import Findings, print_findings
from interlock.server.cli.manifests import Stated, stated_or_faulty
from interlock.server.cli.options import Report
from interlock.server.cli.quieting import quiet, today
from interlock.server.cli.reading import read
from interlock.server.cli.showing import uses, write
from interlock.server.inputs import holds_only_tests
from interlock.testing.generate import shown
from interlock.testing.generate.probes import expected_probes


@dataclass(frozen=True)
class Asked:
    """What is asked about some files.

    Attributes:
        executors: where it stands what probes there are; None: unknown probes are no error.
        environment: whose parameters count; None: their defaults.
        folder: where counter-examples go; None: nowhere.
    """

    executors: Path | None = None
    environment: str | None = None
    folder: Path | None = None


def verify(paths: Sequence[Path], asked: Asked, report: Report) -> Exit:
    """Verify files as one bundle and print what is found.

    Args:
        paths: files, and folders with all below them.
        asked: against what, and what else is wanted.
        report: how to print.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
        DefinitionError: the executors' files are wrong.
    """
    paths = list(paths)
    probes = stated_or_faulty(paths, asked.executors)
    found = quiet(prove(read(paths), probes, asked.environment), today())
    print_findings(found, report, "interlock verify")
    if asked.folder is not None and found.diagnostics:
        for path in _show(paths, found, asked, probes):
            print(f"wrote {path}", file=sys.stderr)
    return Exit.FOUND if found.count("error") else Exit.OK


def _show(paths: Sequence[Path], found: Findings, asked: Asked, probes: Stated) -> list[Path]:
    """Write counter-examples of what was printed; what does not compile has none."""
    folder, written = asked.folder or Path(), dict[Diagnostic, Path]()
    printed = {(one.path, one.span, one.code) for one in found.diagnostics}

    def is_wanted(one: Diagnostic) -> bool:
        return (one.path, one.span, one.code) in printed and one not in written

    try:
        scripts, allow = counterexamples_of(found.texts, asked.environment)
        bundle = _bundle(found.texts, probes, asked.environment)
    except DefinitionError:
        return []
    used = uses(paths, folder)
    told = (
        (one, one.text(used, allow, asked.environment))
        for one in chain(scripts, shown(bundle, is_wanted))
        if is_wanted(one.finding)
    )
    for finding, path in write(told, folder, asked.executors):
        written[finding] = path
    return list(written.values())


def _bundle(texts: Mapping[str, str], probes: Stated, environment: str | None) -> Bundle:
    """Return the files as what is played; what probes see, where nobody says it, is inferred."""
    files = {name: text for name, text in texts.items() if not holds_only_tests(text)}
    stated = probes if isinstance(probes, str) else manifest(expected_probes(documents_of(files)))
    return Bundle.compile({**files, MANIFEST: stated}, environment)


def prove(files: Mapping[str, bytes], probes: Stated, environment: str | None = None) -> Findings:
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
