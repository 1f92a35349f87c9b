"""What every test of the client gets."""

from __future__ import annotations

import pytest

from tests.fakes.core import MemoryCore


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio, as the client does."""
    return "asyncio"


@pytest.fixture
def core() -> MemoryCore:
    """An empty core that writes at once."""
    return MemoryCore()
