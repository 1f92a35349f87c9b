"""Law: for each target the epochs that pass never decrease."""

from __future__ import annotations

import pytest

from interlock.errors import ExecutionRefused
from interlock.ledger.fence import Fence


def test_an_older_epoch_is_refused_after_a_newer_one() -> None:
    fence = Fence()
    fence.admit("web", 7)

    with pytest.raises(ExecutionRefused, match="epoch 6 is older than 7") as refused:
        fence.admit("web", 6)

    assert refused.value.details["reason"] == "stale_epoch"


def test_the_same_epoch_passes_again() -> None:
    fence = Fence()
    fence.admit("web", 7)

    fence.admit("web", 7)


def test_one_target_does_not_fence_another() -> None:
    fence = Fence()
    fence.admit("web", 7)

    fence.admit("db", 6)


def test_a_forgotten_target_is_fenced_by_the_newest_forgotten_epoch() -> None:
    fence = Fence(bound=1)
    fence.admit("web", 7)
    fence.admit("db", 9)

    with pytest.raises(ExecutionRefused):
        fence.admit("web", 6)


def test_a_target_in_use_is_not_the_one_forgotten() -> None:
    fence = Fence(bound=2)
    fence.admit("web", 9)
    fence.admit("db", 1)
    fence.admit("web", 9)
    fence.admit("cache", 2)

    fence.admit("cache", 2)
    with pytest.raises(ExecutionRefused):
        fence.admit("web", 8)
