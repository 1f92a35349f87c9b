"""What every test of the journal may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.engine.journal.store import Store
from tests.unit.engine.journal.samples import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that is open for writing."""
    with new_store(tmp_path) as opened:
        yield opened
