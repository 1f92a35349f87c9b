"""The third truth value."""

from __future__ import annotations

import pytest

from interlock.errors import InvariantBroken
from interlock.language.values import UNKNOWN


def test_unknown_is_neither_true_nor_false():
    with pytest.raises(InvariantBroken, match="no truth value"):
        bool(UNKNOWN)


def test_unknown_says_its_name():
    assert repr(UNKNOWN) == "UNKNOWN"
