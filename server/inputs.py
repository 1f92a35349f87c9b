"""What an operator gives in files: the bundle's folder, the executors' settings.

A bundle is named by its files' paths below its folder, so its digest is the same wherever the
folder lies.  Hidden files and folders are left out.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from interlock.engine.executors.settings import PLUGIN
from interlock.errors import RequestRejected

SUFFIXES = (".yaml", ".yml")
"""What the names of authors' files end with."""

MOST_FILES = 10_000
"""Most files of a bundle: more is a folder given by mistake."""


DRY_RUN: Mapping[str, Mapping[str, str]] = {"dry_run": {}}
"""The executors of a service that is told of none: they do nothing and remember it."""


_FILES: Mapping[str, tuple[str, ...]] = {
    "command": ("operations", "ledger"),
    "http": ("operations", "ledger"),
    "remote": ("operations",),
    "supervisord": ("password_file", "ledger"),
}
"""The settings of our own executors that name files."""


class InputRejected(RequestRejected):
    """What was given cannot be used: a file, an argument, a setting."""


def bundle_files(folder: Path) -> list[Path]:
    """Return the authors' files below a folder, sorted; links to folders are not followed.

    Raises:
        InputRejected: it is no folder, cannot be read, or holds far too many files.
    """
    found: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(parent, name)
            for name in names
            if name.endswith(SUFFIXES) and not name.startswith(".")
        ]
        if len(found) > MOST_FILES:
            raise InputRejected(f"{folder} holds more than {MOST_FILES} files")
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise InputRejected(f"cannot read {error.filename}: {error.strerror}") from error


def read_bundle(folder: Path) -> dict[str, str]:
    """Return the texts of a bundle's files by their path below its folder; tests are not of it.

    Raises:
        InputRejected: the folder or a file cannot be read, or there is no file.
    """
    if not folder.exists():
        hint = "the folder of rules, machines, actions and inventory is named with --bundle"
        raise InputRejected(f"cannot read {folder}: No such file or directory ({hint})")
    texts = {str(path.relative_to(folder)): read_text(path) for path in bundle_files(folder)}
    files = {name: text for name, text in texts.items() if not holds_only_tests(text)}
    if not files:
        raise InputRejected(f"{folder} holds no file that ends with .yaml or .yml")
    return files


def holds_only_tests(text: str) -> bool:
    """Return whether every document of a file says that it is a test document."""
    kinds = re.findall(r"^interlock:\s*(\S+)", text, re.MULTILINE)
    return bool(kinds) and set(kinds) == {"test/v1"}


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        InputRejected: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputRejected(f"cannot read {path}: {error.strerror}") from error


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        InputRejected: it cannot be read or is not UTF-8.
    """
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise InputRejected(
            f"{path} is not UTF-8: byte {error.object[error.start]:#04x} at {error.start}"
        ) from error


def read_executors(path: Path) -> dict[str, dict[str, str]]:
    """Return the settings of each executor in a TOML file: one table of texts for each name.

    A file that an executor of ours is told of counts from the folder of the TOML file.

    Raises:
        InputRejected: it cannot be read, is no TOML, or holds something else.
    """
    try:
        content = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputRejected(f"{path} is not TOML: {error}") from error
    for name, settings in content.items():
        if not isinstance(settings, dict):
            raise InputRejected(
                f"{path}: expected a table [{name}] for each executor, found {name} = {settings!r}"
            )
        for setting, value in settings.items():
            if not isinstance(value, str) or "\0" in value:
                raise InputRejected(
                    f"{path}: expected text in quotes for {setting} of [{name}], found {value!r}"
                )
        for setting in settings_that_name_files(name, settings) & settings.keys():
            if settings[setting]:
                settings[setting] = os.path.normpath(path.parent / settings[setting])
    return content


def settings_that_name_files(name: str, settings: Mapping[str, str]) -> frozenset[str]:
    """Return which settings of an executor name files, as far as that is ours to know."""
    return frozenset(_FILES.get(settings.get(PLUGIN, name), ()))
