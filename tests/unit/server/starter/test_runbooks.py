"""Runbooks that are taken from the library are projects that check and test by themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.server.cli.checking import find, read
from interlock.server.cli.manifests import read_manifest
from interlock.server.cli.suites import read_suites
from interlock.server.inputs import InputRejected
from interlock.server.starter.project import write
from interlock.server.starter.runbooks import taken
from interlock.testing.scenario import judge, play
from tests.starter import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_runbook_that_is_taken_passes_the_check(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law: its executors state every probe that its actions ask, typed as the library has it."""
    write(taken([name]), tmp_path)
    monkeypatch.chdir(tmp_path)
    probes = read_manifest(Path("executors.toml"))

    assert list(map(str, find(read([Path()]), probes).diagnostics)) == []
    stated = json.loads(Path("bundle/executors.json").read_text())
    made = json.loads(probes.replace("double(6)", "double"))
    assert stated == {probe: made[probe] for probe in stated}


def test_without_its_executors_a_check_would_find_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the law above."""
    write(taken(["disk-filling"]), tmp_path)
    monkeypatch.chdir(tmp_path)

    assert {one.code for one in find(read([Path()]), "{}").diagnostics} == {"RV710"}


def test_its_scenarios_pass_where_they_are_taken_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(taken(["restart-service", "disk-filling"]), tmp_path)
    monkeypatch.chdir(tmp_path)
    suites = read_suites([Path()], None).suites

    assert {Path("tests/disk-filling.test.yaml"), Path("tests/restart-service.test.yaml")} == {
        Path(scenario.path) for suite in suites for scenario in suite.scenarios
    }
    assert [
        str(miss)
        for suite in suites
        for scenario in suite.scenarios
        for miss in judge(play(scenario, suite.bundle)).misses
    ] == []


def test_nothing_looks_done_before_a_program_is_put_in() -> None:
    texts = [text for path, text in taken(["disk-filling"]).items() if "operations/" in path]

    programs = [line.strip() for text in texts for line in text.splitlines() if "argv" in line]
    assert set(programs) == {"argv: [/bin/false]"}


def test_a_runbook_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputRejected, match=r"no runbook 'disk-full'; there are: .*disk-filling"):
        taken(["disk-full"])
