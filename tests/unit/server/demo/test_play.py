"""The last line and what it takes to be good."""

from __future__ import annotations

import pytest

from interlock.engine.journal.report import Fault, Report
from interlock.server.demo.play import verdict


def report(*faults: Fault) -> Report:
    return Report(
        entries=371,
        root=b"",
        sealed=371,
        witnessed=371,
        signatures_checked=True,
        dedup_checked=True,
        faults=faults,
        fault_count=len(faults),
    )


SOUND = report()
FAULTY = report(Fault("entry", 7, "this", "that"))


def test_all_is_good_when_every_incident_ended_as_expected_and_the_history_is_verified() -> None:
    line = "demo: 3 of 3 incidents ended as expected; history verified (371 entries)"

    assert (True, line) == verdict(3, SOUND)


@pytest.mark.parametrize(
    ("expected", "proof", "line"),
    [
        (2, SOUND, "demo: 2 of 3 incidents ended as expected; history verified (371 entries)"),
        (3, FAULTY, "demo: 3 of 3 incidents ended as expected; history NOT verified: 1 faults"),
        (0, FAULTY, "demo: 0 of 3 incidents ended as expected; history NOT verified: 1 faults"),
    ],
)
def test_all_is_not_good_when_either_is_missing(expected: int, proof: Report, line: str) -> None:
    assert (False, line) == verdict(expected, proof)
