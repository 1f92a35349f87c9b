"""Bundles come from the journal's own copies, are compiled once, and say so when they cannot be."""

from __future__ import annotations

import pytest

from interlock import digest
from interlock.engine import library as module
from interlock.engine.bundle import Bundle
from interlock.engine.library import Library
from interlock.errors import DefinitionError, JournalCorrupt, NotFound
from tests import bundles


class Blobs:
    """Contents by digest, and how often one was asked for."""

    def __init__(self, *contents: bytes) -> None:
        self.held = {digest.digest_bytes(content): content for content in contents}
        self.asked = 0

    def __call__(self, name: str) -> bytes:
        self.asked += 1
        if name not in self.held:
            raise NotFound(f"no blob {name}")
        return self.held[name]


def test_what_was_added_is_stored_under_its_own_digest_and_never_asked_for() -> None:
    blobs = Blobs()
    library = Library(blobs)
    content = library.add(bundles.web_bundle())

    assert digest.digest_bytes(content) == bundles.web_bundle().digest
    assert library[bundles.web_bundle().digest] is bundles.web_bundle()
    assert (list(library), len(library), blobs.asked) == ([bundles.web_bundle().digest], 1, 0)


def test_a_stored_bundle_is_compiled_once() -> None:
    content = Library(Blobs()).add(bundles.web_bundle())
    blobs = Blobs(content)
    library = Library(blobs)

    found = library[bundles.web_bundle().digest]

    assert found is library[bundles.web_bundle().digest]
    assert (found.digest, blobs.asked) == (bundles.web_bundle().digest, 1)


def test_files_that_are_missing_are_damage() -> None:
    with pytest.raises(JournalCorrupt, match="the files of bundle 0000 are missing"):
        Library(Blobs())["0000"]


def test_files_that_no_longer_compile_are_named_as_the_journals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another version of Interlock may refuse what this one took; nobody's folder is at fault."""

    def refuse(_: object) -> Bundle:
        raise DefinitionError("1 faults in the bundle", ["rules.yaml:1:1: error"])

    content = Library(Blobs()).add(bundles.web_bundle())
    monkeypatch.setattr(module.Bundle, "compile", refuse)

    with pytest.raises(DefinitionError, match="which the journal holds and needs") as refused:
        Library(Blobs(content))[bundles.web_bundle().digest]
    assert refused.value.diagnostics == ("rules.yaml:1:1: error",)
