"""Test documents and the bundles they are about, read from files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock.engine.bundle import MANIFEST, Bundle, Probes, manifest
from interlock.engine.executors.registry import load_executors, probe_fields
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic, ordered
from interlock.language.document import Document, load_documents
from interlock.language.expression import OPEN
from interlock.server.cli.checking import read, read_manifest
from interlock.server.cli.compiling import asked
from interlock.server.inputs import DRY_RUN, InputRejected, holds_only_tests, read_text
from interlock.testing.scenario import (
    KIND,
    Scenario,
    ScenariosDocument,
    inferred_probes,
    load_scenarios,
    read_shape,
)


@dataclass(frozen=True)
class Suite:
    """The scenarios of one document and the bundle they are about."""

    document: Document
    bundle: Bundle
    scenarios: Sequence[Scenario]


@dataclass(frozen=True)
class Suites:
    """What was found below the paths given.

    Attributes:
        texts: the text of every file that was read, by the path that leads there from here.
        suites: one for each test document, by path.
    """

    texts: Mapping[str, str]
    suites: Sequence[Suite]

    @property
    def scenarios(self) -> list[Scenario]:
        """All scenarios, in the order written."""
        return [scenario for suite in self.suites for scenario in suite.scenarios]


def read_suites(paths: Iterable[Path], executors: Path | None) -> Suites:
    """Return the test documents below some paths, each with its bundle.

    Args:
        paths: files, and folders with all below them.
        executors: where it stands what probes there are; None: an ``executors.json`` in a
            folder that a document uses, then what its fakes show.

    Raises:
        InputRejected: a path cannot be read, or nothing below them is a test document.
        DefinitionError: with every fault of every document and bundle.
    """
    stated = None if executors is None else read_manifest(executors)
    return _Reader(stated).suites(paths)


class _Reader:
    """What has been read and compiled so far; each bundle once."""

    def __init__(self, stated: str | None) -> None:
        self._stated = stated
        self._texts: dict[str, str] = {}
        self._bundles: dict[str, Bundle] = {}
        self._faults: list[Diagnostic] = []

    def suites(self, paths: Iterable[Path]) -> Suites:
        """Return every suite, or raise all faults."""
        found = [suite for one in self._documents(paths) if (suite := self._suite(one))]
        if self._faults:
            faults = ordered(self._faults)
            raise DefinitionError(f"{len(faults)} faults; the first: {faults[0]}", faults)
        if not found:
            raise InputRejected(f"there is no document that begins with interlock: {KIND}")
        return Suites(self._texts, found)

    def _documents(self, paths: Iterable[Path]) -> list[Document]:
        documents = []
        for name, content in read(paths).items():
            if b"test/v1" in content:
                self._texts[name] = content.decode(errors="replace")
                documents += [d for d in load_documents(content, name) if d.kind in (KIND, None)]
        return documents

    def _suite(self, document: Document) -> Suite | None:
        try:
            shape = read_shape(document)
            bundle = self._bundle(document, shape)
            return Suite(document, bundle, load_scenarios(document, shape, bundle))
        except DefinitionError as refused:
            if not refused.diagnostics:
                raise
            self._faults += refused.diagnostics
            return None

    def _bundle(self, document: Document, shape: ScenariosDocument) -> Bundle:
        home = Path(document.path).parent
        used = [Path(os.path.normpath(home / one)) for one in shape.uses]
        found = {name: content.decode(errors="replace") for name, content in read(used).items()}
        texts = {name: text for name, text in found.items() if not holds_only_tests(text)}
        self._texts |= texts
        files = {**texts, MANIFEST: self._manifest(used, texts, inferred_probes(shape))}
        key = repr((shape.env, sorted(files.items())))
        if key not in self._bundles:
            self._bundles[key] = Bundle.compile(files, shape.env)
        return self._bundles[key]

    def _manifest(self, used: Sequence[Path], texts: Mapping[str, str], inferred: Probes) -> str:
        if self._stated is not None:
            return self._stated
        for folder in used:
            if (folder / MANIFEST).is_file():
                return read_text(folder / MANIFEST)
        # A probe that no scenario fakes sees nothing, so its fields make no difference.
        unseen = dict.fromkeys(asked(texts), OPEN)
        return manifest({**unseen, **probe_fields(load_executors(DRY_RUN)), **inferred})
