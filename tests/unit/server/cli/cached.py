"""Bundles to check, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench import mix
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]
KEY, OTHER = "a" * 64, "b" * 64
FAULTY = {
    "rules.yaml": 'interlock: rules/v1\nrules:\n  - {id: A, why: "é"}\n',
    "signals.yaml": "interlock: signals/v1\nsignals: {a.b: {ttl: 1m, fields: {x: int}}}\n",
    "broken.yaml": "a: [\n",
}
WARNED = {"facts.yaml": "interlock: signals/v1\nfacts: {a.b: {key: [x], fields: {x: int}}}\n"}
POLICIES = {"clean": mix.bundle(10), "faulty": FAULTY, "warned": WARNED}


def written(folder: Path, files: dict[str, str]) -> Path:
    """Return a folder with some files."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def kept(home: Path) -> list[Path]:
    """Return the files of a cache."""
    return sorted(home.iterdir()) if home.exists() else []
