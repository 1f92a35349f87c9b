"""Bundles by digest, compiled once, from the journal's own copies of their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from typing_extensions import override

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.errors import DefinitionError, JournalCorrupt, NotFound


class Library(Mapping[str, Bundle]):
    """Compiles what the journal's blobs hold, on first use.

    Args:
        blob: returns the content stored under a digest; raises NotFound without one.

    A bundle is stored as the canonical bytes of its files, so the blob's digest is the
    bundle's digest and a changed file cannot keep its name.
    """

    def __init__(self, blob: Callable[[str], bytes]) -> None:
        self._blob = blob
        self._bundles: dict[str, Bundle] = {}

    def add(self, bundle: Bundle) -> bytes:
        """Keep a compiled bundle and return the bytes to store under its digest."""
        self._bundles[bundle.digest] = bundle
        return digest.canonical(dict(bundle.files))

    @override
    def __getitem__(self, name: str) -> Bundle:
        """Return the bundle of a digest.

        Raises:
            JournalCorrupt: its files are missing or are not what the digest says.
            DefinitionError: they no longer compile.
        """
        bundle = self._bundles.get(name)
        if bundle is None:
            try:
                data = self._blob(name)
            except NotFound as missing:
                raise JournalCorrupt(f"the files of bundle {name} are missing") from missing
            bundle = self._bundles[name] = _compiled(name, data)
        return bundle

    @override
    def __iter__(self) -> Iterator[str]:
        """Iterate over the digests compiled so far."""
        return iter(self._bundles)

    @override
    def __len__(self) -> int:
        """Return how many are compiled."""
        return len(self._bundles)


def _compiled(name: str, data: bytes) -> Bundle:
    try:
        return Bundle.compile(digest.decode(data))
    except DefinitionError as refused:
        raise DefinitionError(
            f"bundle {name}, which the journal holds and needs, no longer compiles: {refused};"
            " start the version of Interlock that wrote it",
            refused.diagnostics,
        ) from refused
