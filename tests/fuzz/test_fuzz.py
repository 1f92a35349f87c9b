"""Fuzzing: a fixed number of inputs from a fixed seed; ten millions of them under torture."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests import scale
from tests.fuzz import campaign, seeds
from tests.fuzz.laws import planted

SEED = 3

TRIED: list[int] = []
"""Inputs of the laws that were tried."""

fuzzed = pytest.mark.skipif(
    find_spec("atheris") is None, reason="atheris has no wheel here: nothing was fuzzed"
)

# About a minute of processor time together; under torture an hour and a half, of which ten million
# inputs are documents and expressions.
SAMPLE = {
    "documents": 15_000,
    "expressions": 30_000,
    "templates": 15_000,
    "bundles": 1_500,
    "scenarios": 1_500,
    "alerts": 15_000,
    "wire": 15_000,
}
FULL = {
    "documents": 3_000_000,
    "expressions": 5_000_000,
    "templates": 2_000_000,
    "bundles": 100_000,
    "scenarios": 100_000,
    "alerts": 500_000,
    "wire": 500_000,
}


@fuzzed
@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("law", campaign.LAWS)
def test_nothing_but_diagnostics_comes_out(law: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Law: for any bytes that mutation comes to, the law holds, in time and in bounded memory."""
    inputs = scale.count(SAMPLE[law], FULL[law])

    outcome = campaign.run(law, inputs, SEED, processes=scale.count(1, 2))

    TRIED.append(outcome.inputs)
    with capsys.disabled():
        print(f"\nfuzz: {outcome}; {sum(TRIED):,} inputs in all so far")
    assert outcome.broken is None, outcome.said
    assert outcome.inputs >= inputs
    assert outcome.covered > 90


def test_the_counts_are_those_that_were_promised() -> None:
    assert set(SAMPLE) == set(FULL) == set(campaign.LAWS)
    assert sum(FULL[law] for law in ("documents", "expressions", "templates")) >= 10_000_000


@fuzzed
@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_a_law_that_can_be_broken_is() -> None:
    """Shows that fuzzing finds what nobody has written down: see ``laws/planted.py``."""
    outcome = campaign.run("planted", 200_000, SEED)

    assert outcome.broken is not None, str(outcome)
    assert outcome.how == "crash"
    with pytest.raises(planted.Planted):
        planted.hold(outcome.broken)
    for seed in [*seeds.seeds("planted"), *seeds.seeds("expressions")]:
        planted.hold(seed)


@cache
def remembered() -> int:
    return sum(range(3_000_000))


@fuzzed
def test_an_input_that_takes_too_long_breaks_a_law(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = import_module("tests.fuzz.worker")
    monkeypatch.setattr(worker, "SECONDS", 0.01)

    worker.timed(lambda _: None)(b"")
    with pytest.raises(worker.TooSlow):
        worker.timed(lambda _: sum(range(3_000_000)))(b"")
    with pytest.raises(worker.TooSlow):
        worker.timed(lambda _: remembered())(b"")


@fuzzed
def test_a_machine_that_stands_still_for_once_breaks_none(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = import_module("tests.fuzz.worker")
    monkeypatch.setattr(worker, "SECONDS", 0.01)
    lengths = iter((3_000_000, 0))

    worker.timed(lambda _: sum(range(next(lengths))))(b"")

    assert next(lengths, None) is None


def test_a_stop_and_a_fault_are_told_apart_and_what_was_slow_is_neither(tmp_path: Path) -> None:
    assert campaign.left_behind(tmp_path) == ("", None)
    (tmp_path / "broken-slow-unit-1f").write_bytes(b"slow")
    assert campaign.left_behind(tmp_path) == ("", None)
    (tmp_path / "broken-timeout-2e").write_bytes(b"stopped")
    assert campaign.left_behind(tmp_path) == ("timeout", b"stopped")
    (tmp_path / "broken-crash-3d").write_bytes(b"broke")
    assert campaign.left_behind(tmp_path) == ("crash", b"broke")


@pytest.mark.parametrize("law", campaign.LAWS)
def test_every_seed_and_all_that_was_found_once_keeps_the_law(law: str) -> None:
    """Without instruments: what is found stays an example, and the seeds are worth mutating."""
    hold = import_module(f"tests.fuzz.laws.{law}").hold
    tried = [one for one in seeds.seeds(law) if len(one) <= seeds.LARGEST]

    for one in tried:
        hold(one)

    assert tried
