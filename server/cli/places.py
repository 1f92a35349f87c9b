"""Where a bundle may be: a folder, a file, a git revision, or the store it decides in."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

from interlock import digest
from interlock.engine.model import Kind
from interlock.engine.verify.whole import Whole, read_whole
from interlock.errors import NotFound
from interlock.server.cli import offline
from interlock.server.inputs import (
    SUFFIXES,
    InputRejected,
    holds_only_tests,
    read_bundle,
    read_text,
)

_GIT = "git:"


def whole_of(place: str, env: str | None) -> Whole:
    """Return the bundle at a place.

    Args:
        place: a folder, a file, ``git:REVISION`` or ``git:REVISION:PATH``, or a store's URL.
        env: the environment whose parameters count; None: their defaults.

    Raises:
        InputRejected: it cannot be read.
        DefinitionError: it is no sound bundle.
        NotFound: a store holds no bundle.
    """
    return read_whole(_files(place), env)


def _files(place: str) -> dict[str, str]:
    if place.startswith(_GIT):
        revision, _, path = place.removeprefix(_GIT).partition(":")
        return _of_revision(revision, path or ".")
    if "://" in place:
        return _stored(place)
    path_ = Path(place)
    return read_bundle(path_) if path_.is_dir() else {path_.name: read_text(path_)}


def _stored(url: str) -> dict[str, str]:
    """Return the files of the bundle that decides now."""
    with offline.opened(url) as reader:
        rows = reader.read_kind(Kind.BUNDLE, limit=1, newest_first=True)
        if not rows:
            raise NotFound(f"{url} holds no bundle")
        files: dict[str, str] = digest.decode(reader.blob(digest.decode(rows[0].body)["digest"]))
        return files


def _of_revision(revision: str, path: str) -> dict[str, str]:
    """Return the authors' files that a revision of this repository holds below a path."""
    wanted = f"{revision}^{{commit}}"
    commit = _git(revision, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    archive = _git(path, "archive", "--format=tar", commit.decode().strip(), "--", path)
    files = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if _is_authors(member) else None
            if content is not None:
                files[member.name] = content.read().decode(errors="replace")
    files = {name: text for name, text in files.items() if not holds_only_tests(text)}
    if not files:
        raise InputRejected(f"{revision} holds no file that ends with .yaml or .yml in {path}")
    return files


def _is_authors(member: tarfile.TarInfo) -> bool:
    parts = PurePosixPath(member.name).parts
    hidden = any(part.startswith(".") for part in parts)
    return member.isfile() and member.name.endswith(SUFFIXES) and not hidden


def _git(what: str, *arguments: str) -> bytes:
    try:
        ran = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607  # the user's own git, on words after --
    except FileNotFoundError as error:
        raise InputRejected("there is no git here; give a folder or a store instead") from error
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise InputRejected(f"git cannot give {what!r}: {said or 'no such revision'}")
    return ran.stdout
