"""An author's files, read as they are; light, since whoever checks again waits for nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from interlock.server.inputs import SUFFIXES, InputRejected, bundle_files, read_bytes

MANIFEST = "executors.json"
"""`interlock.engine.probes.MANIFEST`, without loading what reads one."""

SETTINGS = "executors.toml"
"""Name of the service's file of executors where it lies in a project."""

_BEGIN = "name the folder of your files; interlock init DIR makes one to begin with"

_UNSAID = re.compile(rb"(?:\xef\xbb\xbf)?(?:[\s.-]|#[^\n]*+)*+")
"""A file that holds no document: blank, comments, and the marks between documents.

It takes nothing back, or dashes in comments could be read in more ways than there is time for.
"""


def read(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the content of the files given, by the path that leads there from here.

    Raises:
        InputRejected: a path cannot be read, or there is no file, or no document in any.
    """
    paths = list(paths)
    files: dict[str, bytes] = {}
    for path in paths:
        for file in bundle_files(path) if path.is_dir() else [path]:
            if file.suffix not in SUFFIXES and file.exists():
                raise InputRejected(f"{file}: expected a file that ends with .yaml or .yml")
            files[os.path.normpath(file)] = read_bytes(file)
    given = ", ".join(
        str(path) if path.name else f"this folder, {path.absolute()}" for path in paths
    )
    if not files:
        raise InputRejected(f"there is no file that ends with .yaml or .yml in {given} ({_BEGIN})")
    if all(_UNSAID.fullmatch(content) for content in files.values()):
        raise InputRejected(f"nothing is said in {given}: no document, only comments ({_BEGIN})")
    return files


def manifests_beside(paths: Iterable[Path]) -> list[Path]:
    """Return the manifests that lie in folders, below them and beside files, each once."""
    folders = set[str]()
    for path in paths:
        if path.is_dir():
            for parent, names, _ in os.walk(path):
                names[:] = [name for name in names if not name.startswith(".")]
                folders.add(os.path.normpath(parent))
        else:
            folders.add(os.path.normpath(path.parent))
    found = (Path(folder, MANIFEST) for folder in sorted(folders))
    return [path for path in found if path.is_file()]


def settings_beside(paths: Iterable[Path]) -> Path | None:
    """Return the ``executors.toml`` in a folder given, or in the one around it, or None."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    places = [Path(os.path.normpath(one / up / SETTINGS)) for one in folders for up in ("", "..")]
    return next((place for place in places if place.is_file()), None)
