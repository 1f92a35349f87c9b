"""``interlock init``: a project that is green at once, over nothing that is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.server.cli.conftest import Ran

Program = Callable[..., Ran]
ALERTS = str(Path(__file__).parents[3] / "data" / "alert_rules" / "hosts.yml")


def test_a_new_project_is_green_with_every_verb_and_without_an_option(
    interlock: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = interlock("init", str(tmp_path / "shop"))
    monkeypatch.chdir(tmp_path / "shop")

    assert made.code == 0
    for verb in ("check", "lint", "verify"):
        assert interlock(verb) == (0, "7 files: ok\n", "")
    assert interlock("test").out.startswith("8 scenarios: passed")
    assert interlock("fmt", "--check").code == 0


def test_the_scenarios_of_a_new_project_take_every_way_and_notice_every_change(
    interlock: Program, tmp_path: Path
) -> None:
    interlock("init", str(tmp_path))

    ran = interlock("test", str(tmp_path), "--min", "100", "--min-killed", "100")

    assert (ran.code, ran.err) == (0, "")
    assert "covered 100 %" in ran.out


def test_a_scenario_less_of_a_new_project_is_missed(interlock: Program, tmp_path: Path) -> None:
    interlock("init", str(tmp_path))
    scenarios = tmp_path / "tests" / "restart.test.yaml"
    before, cut, _ = scenarios.read_text().partition("  - name: a restart that starts nothing")
    scenarios.write_text(before)

    ran = interlock("test", str(tmp_path), "--min", "100")

    assert cut
    assert ran.code == 1
    assert "unverified in restart-service: never taken" in ran.out


def test_the_project_points_editors_to_a_schema_that_is_there(
    interlock: Program, tmp_path: Path
) -> None:
    interlock("init", str(tmp_path))

    for file in tmp_path.rglob("*.yaml"):
        first = file.read_text().splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads((file.parent / schema).read_text())["$schema"]


def test_nothing_is_overwritten_and_nothing_is_left_half_done(
    interlock: Program, tmp_path: Path
) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "rules.yaml").write_text("mine")

    ran = interlock("init", str(tmp_path))

    assert (ran.code, ran.out) == (2, "")
    assert "nothing is overwritten, and " in ran.err
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / "bundle" / "rules.yaml"]
    assert (tmp_path / "bundle" / "rules.yaml").read_text() == "mine"


def test_a_link_to_nowhere_is_in_the_way_too(interlock: Program, tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to(tmp_path / "elsewhere")

    assert interlock("init", str(tmp_path)).code == 2


def test_alert_rules_become_a_project_that_passes_check_and_test(
    interlock: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = interlock("init", str(tmp_path / "shop"), "--from", ALERTS)
    monkeypatch.chdir(tmp_path / "shop")

    assert "4 alerts carried, 5 parts of them not, 5 left out" in made.out
    assert interlock("check", ".").out == "3 files: ok\n"
    assert interlock("test", ".").out.startswith("4 scenarios: passed")


def test_programs_get_what_was_carried(interlock: Program, tmp_path: Path) -> None:
    ran = interlock("init", str(tmp_path), "--from", ALERTS, "-o", "json")

    said = json.loads(ran.out)
    assert said["carried"][2]["rule"] == "watchdog"
    assert len(said["left_out"]) == 5


@pytest.mark.parametrize("rules", ["", "{record: a, expr: b}"])
def test_a_file_that_holds_no_alerts_makes_no_project(
    interlock: Program, tmp_path: Path, rules: str
) -> None:
    (tmp_path / "a.yml").write_text(f"groups: [{{name: g, rules: [{rules}]}}]\n")

    ran = interlock("init", str(tmp_path / "shop"), "--from", str(tmp_path / "a.yml"))

    assert ran.code == 2
    assert not (tmp_path / "shop").exists()
