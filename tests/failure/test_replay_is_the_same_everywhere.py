"""R9: the same entries and the same bundle give the same bytes in any process.

Hash seed, time zone, locale and batch split are varied.  Negative control: a history that
depends on the order of a set is caught.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scale import count

ROOT = Path(__file__).parents[2]
PLACES = [
    {"PYTHONHASHSEED": str(seed), "TZ": zone, "LC_ALL": locale}
    for seed, zone, locale in zip(
        range(count(sample=3, full=12)),
        ["UTC", "Asia/Kathmandu", "America/St_Johns"] * 4,
        ["C", "C.UTF-8", "POSIX"] * 4,
        strict=False,
    )
]


def journal_digest(place: dict[str, str], *plant: str) -> str:
    """Return the digest a fresh process prints."""
    program = [sys.executable, "-m", "tests.failure.replay_program", *plant]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **place}
    done = subprocess.run(
        program, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_a_journal_has_the_same_bytes_wherever_it_is_made() -> None:
    digests = {journal_digest(place) for place in PLACES}

    assert len(digests) == 1


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_a_history_that_depends_on_the_order_of_a_set_is_caught() -> None:
    """Negative control."""
    digests = {journal_digest(place, "plant") for place in PLACES}

    assert len(digests) > 1
