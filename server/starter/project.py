"""A set of files, and how it comes into a folder: all of it, and over nothing that is there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from interlock.language.json_schema import any_json_schema
from interlock.server.cli.harmless import harmless_json
from interlock.server.inputs import InputRejected
from interlock.server.kinds import known_kinds

SCHEMA = "schemas/interlock.schema.json"
"""Where modelines say that editors find the schema."""


def starter() -> dict[str, str]:
    """Return the starter project, by path."""
    return {**dict(below(files(__package__) / "files")), SCHEMA: schema()}


def schema() -> str:
    """Return the schema of every kind of document."""
    return harmless_json(any_json_schema(known_kinds()), indent=2) + "\n"


def write(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write files below a folder, which is made where it is missing; return their paths.

    Raises:
        InputRejected: one of them is there already (then nothing is written), or one cannot be
            written.
    """
    paths = {folder / name: text for name, text in sorted(texts.items())}
    there = [str(path) for path in paths if path.exists() or path.is_symlink()]
    if there:
        listed = ", ".join(there[:5])
        raise InputRejected(f"nothing is overwritten, and {listed} is there; choose another folder")
    try:
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise InputRejected(f"cannot write {error.filename}: {error.strerror}") from error
    return list(paths)


def below(folder: Traversable, before: str = "") -> dict[str, str]:
    """Return the texts of all files below a folder of a package, by path."""
    found: dict[str, str] = {}
    for one in folder.iterdir():
        if one.is_dir():
            found.update(below(one, f"{before}{one.name}/"))
        else:
            found[before + one.name] = one.read_text(encoding="utf-8")
    return found
