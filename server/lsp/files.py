"""The files an editor shows, as bundles: what it holds unsaved, over what is on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from interlock.language.document import Document, load_documents
from interlock.server.inputs import SUFFIXES, bundle_files, read_bytes

_KEPT = 3
"""Contents of one file that stay read: what it was, what it is, and what it would be."""


@dataclass(frozen=True)
class Place:
    """Where a bundle lies: a folder of the editor, and what of it belongs to the bundle."""

    base: Path
    """Names of files are relative to it."""
    paths: tuple[Path, ...]
    """Files, and folders with all below them."""

    def holds(self, path: Path) -> bool:
        """Return whether a file of that path would be of the bundle."""
        if path.suffix not in SUFFIXES:
            return False
        return any(path == one or _is_below(path, one) for one in self.paths)

    def name(self, path: Path) -> str:
        """Return what a file is called in findings."""
        return os.path.relpath(path, self.base)


@dataclass
class Buffer:
    """A file as an editor holds it."""

    uri: str
    """As the editor writes it."""
    text: str
    version: int
    was_on_disk: bool = False
    """Whether it has been seen there; once it is gone from there, it is of no bundle."""


@dataclass
class Files:
    """Folders that are open, and buffers by path."""

    places: list[Place] = field(default_factory=list)
    buffers: dict[Path, Buffer] = field(default_factory=dict)

    def place_of(self, path: Path) -> Place | None:
        """Return the bundle a file belongs to; None: it is none of ours.

        A file of no open folder is a bundle of its own, if it says that it is a document.
        """
        if found := next((place for place in self.places if place.holds(path)), None):
            return found
        buffer = self.buffers.get(path)
        is_document = buffer is not None and buffer.text.lstrip("\ufeff").startswith("interlock:")
        return Place(path.parent, (path,)) if is_document else None

    def read(self, place: Place) -> dict[str, bytes]:
        """Return the content of the files of a bundle, by name.

        Raises:
            InputRejected: one cannot be read.
        """
        on_disk = {path for one in place.paths for path in _on_disk(one)}
        found = dict[Path, bytes]()
        for path, buffer in [*self.buffers.items()]:  # the event loop may add to them
            buffer.was_on_disk |= path in on_disk
            if path in on_disk or (place.holds(path) and not buffer.was_on_disk):
                found[path] = buffer.text.encode(errors="surrogatepass")
        found.update((path, read_bytes(path)) for path in on_disk - found.keys())
        return {place.name(path): found[path] for path in sorted(found)}


class Library:
    """Files that have been read, so that only what changes is read again.  Thread-safe."""

    def __init__(self) -> None:
        self._read: dict[str, list[tuple[bytes, list[Document]]]] = {}

    def __call__(self, content: str | bytes, name: str) -> list[Document]:
        """Return the documents of a file as ``load_documents`` does, fresh for their checks."""
        key = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
        kept = self._read.get(name, [])
        documents = next((read for known, read in kept if known == key), None)
        if documents is None:
            documents = load_documents(key, name)
            self._read[name] = [*kept[1 - _KEPT :], (key, documents)]
        return [replace(o, diagnostics=[*o.diagnostics], readings={}) for o in documents]

    def keep(self, names: Mapping[str, object]) -> None:
        """Forget files that are none of these."""
        for name in {*self._read} - names.keys():
            self._read.pop(name, None)


def _is_below(path: Path, folder: Path) -> bool:
    """Return whether a file is below a folder, and nothing on the way is hidden."""
    if not path.is_relative_to(folder):
        return False
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _on_disk(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from bundle_files(path)
    elif path.is_file():
        yield path
