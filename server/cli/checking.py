"""The check of an author's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from interlock.engine.bundle import Bundle
from interlock.engine.clock import SystemClock
from interlock.engine.probes import MANIFEST
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic, ordered, refuse_errors
from interlock.language.document import Reader, load_documents
from interlock.language.uncollected import uncollected
from interlock.server.cli import ending
from interlock.server.cli.expired import expired
from interlock.server.cli.findings import Findings
from interlock.server.cli.manifests import Stated
from interlock.server.cli.quieting import quiet, today
from interlock.server.cli.reading import read
from interlock.server.cli.unstated import UNSTATED, unseen
from interlock.server.inputs import SUFFIXES
from interlock.server.kinds import check_kinds

_UNKNOWN_PROBE = "RV710"


def findings(
    files: Mapping[str, bytes], probes: Stated, environment: str | None = None
) -> Sequence[Diagnostic]:
    """Return what is to be told of files taken as one bundle, today.

    Args:
        files: name to content.
        probes: as ``find`` takes them.
        environment: whose parameters count; None: their defaults.
    """
    found = find(files, probes, environment, now=SystemClock().now_ms())
    return quiet(found, today()).diagnostics


def read_texts(paths: Iterable[Path]) -> dict[str, str]:
    """Return the texts of the files given, by the path that leads there from here.

    Raises:
        InputRejected: as ``read``.
        DefinitionError: a file is not UTF-8; with the place of the first byte that is none.
    """
    texts: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for name, content in read(paths).items():
        try:
            texts[name] = content.decode()
        except UnicodeDecodeError:
            faults += (one for each in load_documents(content, name) for one in each.diagnostics)
    refuse_errors(faults)
    return texts


@uncollected()
def find(
    files: Mapping[str, bytes],
    probes: Stated,
    environment: str | None = None,
    *,
    now: int = 0,
    reader: Reader = load_documents,
) -> Findings:
    """Return what is wrong with files taken as one bundle.

    Args:
        files: name to content.
        probes: the manifest to check against; None: that of a service without settings; faults
            that keep it from being known are found, too.
        environment: whose parameters count; None: their defaults.
        now: the time, ms since the epoch; what has expired by then is warned of.
        reader: what reads the files.
    """
    texts = {name: content.decode(errors="replace") for name, content in files.items()}
    if isinstance(probes, str):
        found = _compiled(files, {**texts, MANIFEST: probes}, environment, now, reader)
        return Findings(texts, ordered(found))
    found = _compiled(files, {**texts, MANIFEST: UNSTATED}, environment, now, reader)
    missing = [_softened(one) for one in found if one.code == _UNKNOWN_PROBE]
    found = [one for one in found if one.code != _UNKNOWN_PROBE]
    if missing and not any(one.severity == "error" for one in found):
        # Nothing else is wrong, so what only a sound bundle shows is to be seen, too.
        found = _compiled(files, {**texts, MANIFEST: unseen(texts)}, environment, now, reader)
    return Findings(texts, ordered([*found, *(missing if probes is None else probes)]))


def _compiled(
    files: Mapping[str, bytes],
    bundle: Mapping[str, str],
    environment: str | None,
    now: int,
    reader: Reader,
) -> list[Diagnostic]:
    documents = [
        document
        for name, content in sorted(files.items())
        if name.endswith(SUFFIXES)
        for document in reader(content, name)
    ]
    found: list[Diagnostic] = []
    try:
        made = Bundle.compile(bundle, environment, documents, strict=True)
        ending.keep(made, documents)
        found += [*made.warnings, *expired(made.rulebase, now)]
    except DefinitionError as error:
        if not error.diagnostics:
            raise
        found += error.diagnostics
    return [*found, *check_kinds(documents)]


def _softened(one: Diagnostic) -> Diagnostic:
    """Make an unknown probe a warning: what is not said cannot be missing."""
    hint = "say what there is in an executors.toml beside the bundle, or by --executors"
    return replace(one, severity="warning", hint=hint)
