"""``verify``: what can be used and is not meant, after what cannot be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.unit.server.cli.conftest import Ran
from tests.unit.server.cli.test_check import ACTIONS, RULES, SIGNALS

Run = Callable[..., Ran]
NEVER = 'where: ["!up", "up"]'


def folder(path: Path, rules: str = RULES) -> str:
    (path / "signals.yaml").write_text(SIGNALS)
    (path / "rules.yaml").write_text(rules)
    return str(path)


def test_a_bundle_that_makes_sense_is_ok(interlock: Run, tmp_path: Path) -> None:
    assert interlock("verify", folder(tmp_path)) == (0, "2 files: ok\n", "")


def test_a_finding_is_named_with_its_place_and_fails(interlock: Run, tmp_path: Path) -> None:
    name = folder(tmp_path, RULES.replace('where: "!up"', NEVER))

    code, out, err = interlock("verify", name)

    assert (code, err) == (1, "")
    assert out == (
        f"{name}/rules.yaml:7:59: error [RV302] 'up' is never true where '!up' holds"
        " (the rule never fires: leave one out, or join them with ||)\n"
        "2 files: 1 error\n"
    )


def test_what_check_refuses_is_told_and_nothing_else(interlock: Run, tmp_path: Path) -> None:
    wrong = RULES.replace('where: "!up"', NEVER).replace("look.service", "look.sevice")

    code, out, _ = interlock("verify", folder(tmp_path, wrong))

    assert code == 1
    assert "RV201" in out
    assert "RV302" not in out


def test_warnings_of_check_are_not_told_again(interlock: Run, tmp_path: Path) -> None:
    name = folder(tmp_path)
    (tmp_path / "actions.yaml").write_text(ACTIONS)

    assert "RV710" in interlock("check", name).out
    assert "RV710" not in interlock("verify", name).out


def test_findings_are_json_for_programs(interlock: Run, tmp_path: Path) -> None:
    name = folder(tmp_path, RULES.replace('where: "!up"', NEVER))

    told = json.loads(interlock("verify", "-o", "json", name).out)

    assert [one["code"] for one in told["diagnostics"]] == ["RV302"]
    assert not told["ok"]


def test_the_parameters_of_an_environment_count(interlock: Run, tmp_path: Path) -> None:
    name = folder(tmp_path, RULES.replace('where: "!up"', 'where: "params.on != params.off"'))
    (tmp_path / "params.yaml").write_text(
        "interlock: params/v1\n"
        "params: {on: {type: int, default: 1}, off: {type: int, default: 2}}\n"
        "environments: {staging: {off: 1}}\n"
    )

    assert "RV301" in interlock("verify", name).out
    assert "RV302" in interlock("verify", "--env", "staging", name).out
