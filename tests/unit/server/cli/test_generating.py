"""``interlock test --generate``: files that were run before, and never over those of people."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.server.cli import generating
from interlock.testing.generate import Generated, generate
from tests import bundles
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

PARAMS = """\
interlock: params/v1
package: web
params: {limit: {type: int, default: 1, doc: Nothing reads it.}}
environments: {prod: {limit: 2}}
"""
IDLE = """\
interlock: test/v1
uses: [.]
env: prod
scenarios: [{name: idle, until: 1s, expect: [{quiet: true}]}]
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a folder with a bundle and no test."""
    return Path(shutil.copytree(Path(bundles.__file__).parent / "web", tmp_path / "bundle"))


def test_files_are_written_and_cover(interlock: Run, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    code, out, err = interlock("test", "--generate", "--write", str(folder), str(bundle))

    assert (code, out) == (0, "")
    assert "100 % covered\n" in err
    assert sorted(path.name for path in folder.iterdir()) == [
        "fail-over.generated.test.yaml",
        "restart-service.generated.test.yaml",
        "rollback-release.generated.test.yaml",
        "rules.generated.test.yaml",
    ]
    assert interlock("test", "--min", "100", str(folder)).code == 0
    assert interlock("fmt", "--check", str(folder)).code == 0


def test_it_is_written_anew_the_same(interlock: Run, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    interlock("test", "--generate", "--write", str(folder), str(bundle))
    before = {path.name: path.read_text() for path in folder.iterdir()}
    # What it has made itself is no reason to make less.
    code, _, err = interlock("test", "--generate", "--write", str(folder), str(bundle), str(folder))

    assert code == 0
    assert "of yours" not in err
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_what_a_person_edited_is_kept(interlock: Run, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    interlock("test", "--generate", "--write", str(folder), str(bundle))
    mine = folder / "rules.generated.test.yaml"
    edited = mine.read_text().replace("fires", "fires as it should")
    mine.write_text(edited)
    code, _, err = interlock("test", "--generate", "--write", str(folder), str(bundle))

    assert code == 1
    assert f"kept {mine}: somebody has edited it" in err
    assert mine.read_text() == edited


def test_a_file_of_a_person_is_kept(interlock: Run, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "rules.generated.test.yaml").write_text("mine\n")

    assert interlock("test", "--generate", "--write", str(folder), str(bundle)).code == 1
    assert (folder / "rules.generated.test.yaml").read_text() == "mine\n"


def test_without_a_folder_it_is_printed(interlock: Run, bundle: Path, tmp_path: Path) -> None:
    code, out, _ = interlock("test", "--generate", str(bundle))
    (bundle / "made.test.yaml").write_text(out.replace(os.path.relpath(bundle), "."))

    assert code == 0
    assert out.count("interlock: test/v1") == 4
    assert interlock("test", str(bundle)).code == 0


def test_json_says_what_was_made(interlock: Run, bundle: Path) -> None:
    said = json.loads(interlock("test", "--generate", "-o", "json", str(bundle)).out)

    assert said["percent"] == 100
    assert said["unreached"] == said["kept"] == []
    assert {"about": "restart-service", "name": "restart-service: failed in restarting"} in said[
        "made"
    ]


def test_what_is_not_reached_is_told(interlock: Run, bundle: Path) -> None:
    rules = (bundle / "rules.yaml").read_text()
    (bundle / "rules.yaml").write_text(rules.replace("status: active", "").replace(DOWN, SHADOW))
    code, _, err = interlock("test", "--generate", str(bundle))

    assert code == 0
    assert f"{bundle}/restart-service.machine.yaml:" in err
    assert "done in restart-service: nothing was found to lead there" in err


DOWN = "    title: Nothing answers\n"
SHADOW = f"{DOWN}    status: shadow\n"


@pytest.mark.parametrize("option", [["--write", "x"], ["--env", "prod"]])
def test_options_of_generating_stand_with_it(
    interlock: Run, bundle: Path, option: list[str]
) -> None:
    assert interlock("test", *option, str(bundle)).code == 2


def test_it_has_two_forms(interlock: Run, bundle: Path) -> None:
    assert interlock("test", "--generate", "-o", "junit", str(bundle)).code == 2


def test_scenarios_of_another_environment_count_for_that_alone(
    interlock: Run, bundle: Path
) -> None:
    (bundle / "params.yaml").write_text(PARAMS)
    (bundle / "mine.test.yaml").write_text(IDLE)

    without = interlock("test", "--generate", str(bundle)).err
    within = interlock("test", "--generate", "--env", "prod", str(bundle)).err

    assert "of yours" not in without
    assert "with 1 scenario of yours" in within


def test_what_does_not_pass_when_it_is_played_is_never_written(
    interlock: Run, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*given: object) -> Generated:
        found = generate(*given)
        found.made[0].scenario["expect"] = [{"state": "resolved", "times": 99}]
        return found

    monkeypatch.setattr(generating, "generate", wrong)

    code, _, err = interlock("test", "--generate", "--write", str(tmp_path / "made"), str(bundle))

    assert code == 3
    assert "a scenario that was made does not pass" in err
    assert not (tmp_path / "made").exists()
