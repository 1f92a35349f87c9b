"""Hostile files are refused in under a second of work: diagnostics, and nothing else."""

from __future__ import annotations

import time

import pytest

from interlock.server.cli.checking import find
from tests.hostile import FILES, SOUND, misspelt

CLEAN = {"a.yaml": b"interlock: signals/v1\n"}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_under_a_second(name: str) -> None:
    find(CLEAN, "{}")  # what is loaded once is not the file's doing
    begun = time.process_time()

    found = find({"a.yaml": FILES[name]}, "{}").diagnostics

    spent = time.process_time() - begun
    assert bool([one for one in found if one.severity == "error"]) == (name not in SOUND)
    assert all(len(str(one)) < 3_000 and one.path == "a.yaml" for one in found)
    assert len(found) <= 2_001
    assert spent < (2 if name in SOUND else 1)


def test_thousands_of_unknown_names_among_thousands_take_seconds_not_minutes() -> None:
    begun = time.process_time()

    found = find({"a.yaml": misspelt(1_000).encode()}, "{}").diagnostics

    assert len([one for one in found if one.code == "RV210"]) == 1_000
    assert found[0].hint == "did you mean 's.n00000'?"
    assert time.process_time() - begun < 10
