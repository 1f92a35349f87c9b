"""What probes there are, from files: ``executors.json`` beside the authors' files, or settings.

A folder may state them for all below it, or each folder below its own part; the parts are put
together. A probe may be stated twice, but only alike. Where no file states any, the settings of
the service are asked, if they lie in the project; looking at them is no service, so what
executors remember between runs is neither opened nor made.

Light where nothing but JSON is read; executors and documents are loaded when they are asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.harmless import harmless
from interlock.server.cli.reading import manifests_beside, settings_beside
from interlock.server.inputs import (
    InputRejected,
    read_executors,
    read_text,
    settings_that_name_files,
)


def on_stderr(note: str) -> None:
    """Tell of something beside the answer."""
    print(harmless(f"note: {note}"), file=sys.stderr)


def stated_probes(
    paths: Iterable[Path], executors: Path | None, tell: Callable[[str], None] = on_stderr
) -> str | None:
    """Return the manifest of the file named, else of what lies beside the files; None: of none.

    Args:
        paths: files, which have theirs beside them, and folders, with all below them.
        executors: the one file that says it.
        tell: takes a line about settings that were found and are not used.

    Raises:
        InputRejected: one cannot be read or is no manifest.
        DefinitionError: settings are refused, or two state one probe differently (RV122).
    """
    if executors is not None:
        return read_manifest(executors)
    paths = list(paths)
    texts = {path: read_manifest(path) for path in manifests_beside(paths)}
    if not texts:
        return _of_settings(paths, tell)
    return _together(texts) if len(texts) > 1 else next(iter(texts.values()))


Stated: TypeAlias = str | tuple[Diagnostic, ...] | None
"""A manifest; the faults of the files that should give one; None: nobody says anything."""


def stated_or_faulty(
    paths: Iterable[Path], executors: Path | None, tell: Callable[[str], None] = on_stderr
) -> Stated:
    """Return what ``stated_probes`` does, and faults that have a place instead of raising them.

    Raises:
        InputRejected: as ``read_manifest``.
        DefinitionError: a fault without a place, of a file that was named.
    """
    try:
        return stated_probes(paths, executors, tell)
    except DefinitionError as error:
        if not error.diagnostics:
            raise
        return tuple(error.diagnostics)


def _of_settings(paths: Iterable[Path], tell: Callable[[str], None]) -> str | None:
    """Return the manifest of the ``executors.toml`` in a folder given, or the one around it.

    One that names what this machine does not have is told of, and says nothing.
    """
    found = settings_beside(paths)
    if found is None:
        return None
    try:
        return read_manifest(found)
    except DefinitionError as error:
        if error.diagnostics:
            raise
        tell(f"{found} is not used to check probes: {error}")
        return None


def read_manifest(path: Path) -> str:
    """Return the manifest a file states: a bundle's ``executors.json``, or a service's TOML.

    Raises:
        InputRejected: it cannot be read or is neither.
        DefinitionError: an executor refuses its settings; with diagnostics if they have a place.
    """
    if path.suffix == ".json":
        text = read_text(path)
        if not _is_manifest(text):
            raise InputRejected(
                f"{path} is no manifest: expected probes and the types of what they see,"
                ' e.g. {"http.look": {"status": "int"}}'
            )
        return text
    from interlock.engine.executors.registry import load_executors, probe_fields
    from interlock.engine.probes import manifest

    forgetful = {
        name: {key: value for key, value in settings.items() if key not in _memory(name, settings)}
        for name, settings in read_executors(path).items()
    }
    return manifest(probe_fields(load_executors(forgetful)))


def _memory(name: str, settings: Mapping[str, str]) -> frozenset[str]:
    return settings_that_name_files(name, settings) & {"ledger"}


def _together(texts: Mapping[Path, str]) -> str:
    probes = dict[str, Mapping[str, str]]()
    places = dict[str, Path]()
    faults = list[Diagnostic]()
    for path, text in texts.items():
        for name, fields in json.loads(text).items():
            if probes.setdefault(name, fields) == fields:
                places.setdefault(name, path)
            else:
                faults.append(_differs(name, path, places[name], texts, probes[name]))
    if faults:
        raise DefinitionError(f"{len(faults)} faults; the first: {faults[0]}", faults)
    return json.dumps(probes, indent=2, sort_keys=True)


def _differs(
    name: str, path: Path, other: Path, texts: Mapping[Path, str], fields: Mapping[str, str]
) -> Diagnostic:
    from interlock.language.document import load_documents

    here, there = (load_documents(texts[one], str(one))[0] for one in (path, other))
    place = f"{other}:{there.span((name,), key=True).line}"
    message = f"probe {name!r} is stated differently at {place}: {json.dumps(fields)}"
    hint = "state it once, or both times alike"
    return Diagnostic(str(path), here.span((name,), key=True), "error", "RV122", message, hint)


def _is_manifest(text: str) -> bool:
    """Return whether a text is an object of probes, each an object of fields and types."""
    from interlock.language.values import parse_type

    try:
        probes = json.loads(text)
        for fields in probes.values():
            for written in fields.values():
                parse_type(written.removesuffix("?"))
    except (ValueError, AttributeError):
        return False
    return True
