"""The lint of an author's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from interlock.engine.verify.whole import read_whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.document import Reader, load_documents
from interlock.server.cli import quieting
from interlock.server.cli.checking import find
from interlock.server.cli.exits import Exit
from interlock.server.cli.findings import Findings, print_findings
from interlock.server.cli.manifests import stated_or_faulty
from interlock.server.cli.options import Report
from interlock.server.cli.places import whole_of
from interlock.server.cli.reading import read
from interlock.server.inputs import InputRejected
from interlock.server.lint import lint
from interlock.server.lint.versions import unraised_versions


def lint_files(
    paths: Iterable[Path],
    executors: Path | None,
    report: Report,
    environment: str | None,
    today: str,
    against: str,
) -> Exit:
    """Lint files as one bundle and print what is found.

    Args:
        paths: files, and folders with all below them.
        executors: where it stands what probes there are; None: unknown probes are no error.
        report: how to print.
        environment: whose parameters count; None: their defaults.
        today: the day on which things end; empty: today.
        against: where the bundle is whose versions are to be raised; empty: nowhere.

    Raises:
        InputRejected: a path cannot be read, there is no file, or today is no date.
        DefinitionError: the executors' files are wrong.
    """
    paths = list(paths)
    probes = stated_or_faulty(paths, executors)
    files = read(paths)
    day = _day(today)
    found = find(files, probes, environment, now=midnight(day))
    if not found.count("error"):
        unraised = None
        if against:
            before, after = whole_of(against, environment), read_whole(found.texts, environment)
            unraised = unraised_versions(before, after)
        found = linted(files, found, day, unraised)
    print_findings(found, report, "interlock lint")
    return Exit.FOUND if found.diagnostics else Exit.OK


def midnight(day: date) -> int:
    """Return when a day begins, in UTC, ms since the epoch."""
    return int(datetime.combine(day, time.min, UTC).timestamp()) * 1000


def linted(
    files: Mapping[str, bytes],
    checked: Findings,
    day: date,
    unraised: Iterable[Diagnostic] | None = None,
    reader: Reader = load_documents,
) -> Findings:
    """Return what the lint finds in files without errors, the warnings of the check among it.

    Args:
        files: name to content.
        checked: what the check found in them.
        day: the day on which things end.
        unraised: versions that were not raised; None: nothing says what they were.
        reader: what reads the files.
    """
    documents = [one for name, content in files.items() for one in reader(content, name)]
    left = lint(checked.texts, documents, checked.diagnostics, day, unraised)
    return Findings(checked.texts, left)


def _day(text: str) -> date:
    if not text:
        return quieting.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputRejected(
            f"--today: expected a date such as 2027-01-31, found {text!r}"
        ) from error
