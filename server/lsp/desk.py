"""What one editor has open: its folders and buffers, what is known of them, what it was told."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from lsprotocol import types

from interlock.server.cli.manifests import Stated
from interlock.server.lsp.files import Buffer, Files, Library, Place
from interlock.server.lsp.publishing import Publisher
from interlock.server.lsp.reviewing import probes_of, review
from interlock.server.lsp.scene import Scene

log = structlog.get_logger(__name__)

Diagnostics = Mapping[str, list[types.Diagnostic]]
"""What is said of files, by the editor's name for them."""


@dataclass(frozen=True)
class Options:
    """What the command line said.

    Attributes:
        paths: what of a folder is the bundle; nothing: all of it.
        executors: the file that says what probes there are, from the folder.
        environment: whose parameters count.
    """

    paths: tuple[Path, ...] = ()
    executors: Path | None = None
    environment: str | None = None


@dataclass
class Desk:
    """What one editor has open."""

    options: Options = Options()
    encoding: str = types.PositionEncodingKind.Utf16.value
    files: Files = field(default_factory=Files)
    libraries: dict[Place, Library] = field(default_factory=lambda: defaultdict(Library))
    told: dict[Place, dict[str, list[types.Diagnostic]]] = field(default_factory=dict)
    """What was last said of each file that is not sound, by bundle."""
    noted: set[str] = field(default_factory=set)
    """What was logged, so that nothing is with every key that is pressed."""

    def arrange(self, folders: Iterable[str]) -> None:
        """Take the folders that are open."""
        bases = [path for uri in folders if (path := path_of(uri)) is not None]
        self.files.places = [self._place(base) for base in bases]

    def _place(self, base: Path) -> Place:
        paths = tuple(_plain(base / one) for one in self.options.paths)
        return Place(base, paths or (base,))

    def put(self, uri: str, text: str, version: int) -> Place | None:
        """Take what a buffer holds; return the bundle it is of."""
        path = path_of(uri)
        if path is None:
            return None
        before = self.files.buffers.get(path)
        was_on_disk = before is not None and before.was_on_disk
        self.files.buffers[path] = Buffer(uri, text, version, was_on_disk)
        return self.files.place_of(path)

    def drop(self, uri: str) -> Place | None:
        """Let a buffer go; return the bundle it was of."""
        path = path_of(uri)
        if path is None:
            return None
        place = self.files.place_of(path)
        self.files.buffers.pop(path, None)
        return place

    def open_places(self) -> list[Place]:
        """Return every bundle of which something may be said: open folders, and lone files."""
        return list(dict.fromkeys([*self._open_now(), *self.told]))

    def _open_now(self) -> list[Place]:
        lone = [self.files.place_of(path) for path in [*self.files.buffers]]
        return [*self.files.places, *(one for one in lone if one is not None)]

    def reviewed(self, place: Place) -> Diagnostics:
        """Return what is wrong with the files of a bundle.  Reads files: not for the event loop.

        Raises:
            InputRejected, DefinitionError: what is beside the authors' files cannot be used.
        """
        files = self.files.read(place) if place in self._open_now() else {}
        if not files:
            return {}
        probes = self._probes(place)
        self.libraries[place].keep(files)
        found = review(files, probes, self.options.environment, self.libraries[place])
        publisher = Publisher(found, self.encoding, lambda name: self.uri(place, name))
        return {self.uri(place, name): said for name, said in publisher.by_name().items()}

    def _probes(self, place: Place) -> Stated:
        return probes_of(place, self.options.executors, self._note)

    def _note(self, note: str) -> None:
        if note not in self.noted:
            self.noted.add(note)
            log.warning("settings_not_used", reason=note)

    def news(self, place: Place, said: Diagnostics) -> Iterator[types.PublishDiagnosticsParams]:
        """Yield what the editor is to be told: of what is open, what changed, what is gone."""
        before = self.told.get(place, {})
        opened = {one.uri: one for one in self.files.buffers.values()}
        for uri in sorted({*said, *before}):
            now = said.get(uri, [])
            if uri in opened or now != before.get(uri, []):
                version = opened[uri].version if uri in opened and uri in said else None
                yield types.PublishDiagnosticsParams(uri, now, version)
        self.told[place] = {uri: now for uri, now in said.items() if now}

    def scene(self, uri: str) -> Scene | None:
        """Return a file that is open, and its bundle.  Reads files: not for the event loop.

        Raises:
            InputRejected, DefinitionError: as ``reviewed``.
        """
        path = path_of(uri)
        buffer = None if path is None else self.files.buffers.get(path)
        place = None if path is None else self.files.place_of(path)
        if path is None or buffer is None or place is None:
            return None
        probes = self._probes(place)
        return Scene(
            name=place.name(path),
            text=buffer.text,
            files=self.files.read(place),
            probes=probes if isinstance(probes, str) else None,
            environment=self.options.environment,
            reader=self.libraries[place],
        )

    def uri_beside(self, uri: str, name: str) -> str:
        """Return what the editor calls a file of the bundle that another is of."""
        path = path_of(uri)
        place = None if path is None else self.files.place_of(path)
        return uri if place is None else self.uri(place, name)

    def uri(self, place: Place, name: str) -> str:
        """Return what the editor calls a file."""
        path = _plain(place.base / name)
        buffer = self.files.buffers.get(path)
        return path.as_uri() if buffer is None else buffer.uri


def path_of(uri: str) -> Path | None:
    """Return the path of a file, or None: it is on no disk."""
    parts = urlsplit(uri)
    return _plain(Path(unquote(parts.path))) if parts.scheme == "file" else None


def _plain(path: Path) -> Path:
    """Return a path without ``..``; links are not followed."""
    return Path(os.path.normpath(path))
