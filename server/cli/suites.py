"""Test documents and the bundles they are about, read from files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST, Probes
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic, ordered
from interlock.language.document import Document, load_documents
from interlock.server.cli.checking import read_texts
from interlock.server.cli.manifests import read_manifest, stated_probes
from interlock.server.cli.reading import read
from interlock.server.cli.unstated import unseen
from interlock.server.inputs import InputRejected, holds_only_tests
from interlock.testing.scenario import (
    KIND,
    Scenario,
    ScenariosDocument,
    examples_of,
    inferred_probes,
    load_scenarios,
    read_shape,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Suite:
    """Scenarios of one document, or examples in rules, and the bundle they are about."""

    bundle: Bundle
    scenarios: Sequence[Scenario]


@dataclass(frozen=True)
class Suites:
    """What was found below the paths given.

    Attributes:
        texts: the text of every file that was read, by the path that leads there from here.
        suites: one for each test document, by path, then those of rules with examples.
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
        executors: where it stands what probes there are; None: what lies with the files that a
            document uses, then what its fakes show.

    Raises:
        InputRejected: a path cannot be read, or nothing below them is a test document.
        DefinitionError: with every fault of every document and bundle.
    """
    stated = None if executors is None else read_manifest(executors)
    return _Reader(stated).suites(paths)


_About: TypeAlias = tuple[str | None, ...]
"""The environment of a bundle, then the files and folders it is in."""


def _about(document: Document, shape: ScenariosDocument) -> _About:
    home = Path(document.path).parent
    return (shape.env, *sorted({os.path.normpath(home / one) for one in shape.uses}))


class _Reader:
    """What has been read so far; documents about one bundle share it."""

    def __init__(self, stated: str | None) -> None:
        self._stated = stated
        self._texts: dict[str, str] = {}
        self._faults: list[Diagnostic] = []

    def suites(self, paths: Iterable[Path]) -> Suites:
        """Return every suite, or raise all faults."""
        paths = list(paths)
        shapes = [(one, shape) for one in self._documents(paths) if (shape := self._shape(one))]
        about: dict[_About, list[ScenariosDocument]] = {}
        for document, shape in shapes:
            about.setdefault(_about(document, shape), []).append(shape)
        if not about:  # rules may have examples all the same
            about[(None, *map(str, paths))] = []
        bundles = {key: self._bundle(key, some) for key, some in about.items()}
        found = [
            suite
            for document, shape in shapes
            if (suite := self._suite(document, shape, bundles[_about(document, shape)]))
        ]
        if self._faults:
            faults = ordered(self._faults)
            raise DefinitionError(f"{len(faults)} faults; the first: {faults[0]}", faults)
        sound = [bundle for bundle in bundles.values() if bundle is not None]
        found += [Suite(one, some) for one in sound if (some := examples_of(one))]
        if not found:
            what = f"there is no document that begins with interlock: {KIND}"
            hint = "scenarios lie beside a bundle, for instance in tests/NAME.test.yaml"
            raise InputRejected(f"{what}, and no rule has examples ({hint})")
        return Suites(self._texts, found)

    def _documents(self, paths: Iterable[Path]) -> list[Document]:
        documents = []
        for name, content in read(paths).items():
            if b"test/v1" in content:
                self._texts[name] = content.decode(errors="replace")
                documents += [d for d in load_documents(content, name) if d.kind in (KIND, None)]
        return documents

    def _shape(self, document: Document) -> ScenariosDocument | None:
        return self._gather(lambda: read_shape(document))

    def _suite(
        self, document: Document, shape: ScenariosDocument, bundle: Bundle | None
    ) -> Suite | None:
        if bundle is None:
            return None
        return self._gather(lambda: Suite(bundle, load_scenarios(document, shape, bundle)))

    def _gather(self, load: Callable[[], T]) -> T | None:
        """Return what is loaded, or None after taking its faults."""
        try:
            return load()
        except DefinitionError as refused:
            if not refused.diagnostics:
                raise
            self._faults += refused.diagnostics
            return None

    def _bundle(self, about: _About, shapes: Sequence[ScenariosDocument]) -> Bundle | None:
        environment, *names = about
        used = [Path(str(name)) for name in names]
        found = self._gather(lambda: read_texts(used))
        if found is None:
            return None
        texts = {name: text for name, text in found.items() if not holds_only_tests(text)}
        self._texts |= texts
        files = {**texts, MANIFEST: self._manifest(used, texts, inferred_probes(shapes))}
        return self._gather(lambda: Bundle.compile(files, environment))

    def _manifest(self, used: Sequence[Path], texts: Mapping[str, str], inferred: Probes) -> str:
        if (stated := self._stated or stated_probes(used, None)) is not None:
            return stated
        # A probe that no scenario fakes sees nothing, so its fields make no difference.
        return unseen(texts, inferred)
