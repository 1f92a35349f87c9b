"""An editor that has a folder open, of its own or one that it only reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.language_client import Session, session
from tests.e2e.lsp.given import BOUND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bundle that check and lint have nothing to say of but what they always do."""
    for name, text in BOUND.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def editor(folder: Path) -> Iterator[Session]:
    """An editor that has opened a folder of its own."""
    with session(folder) as editor:
        yield editor


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """An editor that only reads and types: nothing changes on disk."""
    root = tmp_path_factory.mktemp("read")
    for name, text in BOUND.items():
        (root / name).write_text(text)
    with session(root) as reader:
        yield reader
