"""``test``: scenarios below a folder are played, and what was missed is printed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from interlock.server.inputs import holds_only_tests, read_bundle
from tests import bundles
from tests.unit.server.cli.conftest import Ran
from tests.unit.testing.given import DOWN, HEAD, UP, indented

Run = Callable[..., Ran]

SOUND = HEAD.replace("interlock: test/v1\n", "interlock: test/v1\nuses: [..]\n") + indented(
    f"given: [{DOWN}, {UP}]\nexpect: [{{path: [restarting, watching, resolved]}}]"
)
SPOILT = SOUND.replace("resolved]", "handed_over]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bundle and a test document in a folder of its own."""
    shutil.copytree(Path(bundles.__file__).parent / "web", tmp_path / "web")
    (tmp_path / "web" / "tests").mkdir()
    (tmp_path / "web" / "tests" / "one.test.yaml").write_text(SOUND)
    return tmp_path / "web"


def test_scenarios_that_pass_are_counted(interlock: Run, folder: Path) -> None:
    code, out, err = interlock("test", str(folder))

    assert (code, err) == (0, "")
    assert out.startswith("1 scenario: passed   ")
    assert out.endswith(" s, 0 simulated minutes\n")


def test_a_scenario_that_fails_says_where_and_why(interlock: Run, folder: Path) -> None:
    (folder / "tests" / "one.test.yaml").write_text(SPOILT)

    code, out, _ = interlock("test", str(folder))

    assert code == 1
    assert out.startswith(
        f"{folder}/tests/one.test.yaml:11:14: error [RV410] one: expected path"
        " [restarting, watching, handed_over], found none (nearest: restart-service for shop"
        " went restarting → watching → resolved"
    )
    assert "1 scenario: 0 passed, 1 failed   " in out


def test_faults_of_documents_and_bundles_are_told_together(interlock: Run, folder: Path) -> None:
    (folder / "tests" / "one.test.yaml").write_text(SPOILT.replace("watching", "watchin"))
    (folder / "tests" / "two.test.yaml").write_text(SOUND.replace("expect", "expekt"))

    code, out, err = interlock("test", str(folder))

    assert (code, out) == (2, "")
    assert [line.partition("[")[2][:5] for line in err.splitlines()[:2]] == ["RV604", "RV112"]


def test_names_choose_scenarios(interlock: Run, folder: Path) -> None:
    assert interlock("test", "-k", "on", str(folder))[0] == 0
    assert interlock("test", "-k", "two", str(folder)) == (
        2,
        "",
        "error [request_rejected]: no scenario has 'two' in its name\n",
    )


def test_a_folder_without_tests_is_refused(interlock: Run, folder: Path) -> None:
    shutil.rmtree(folder / "tests")

    code, out, err = interlock("test", str(folder))

    assert (code, out) == (2, "")
    assert err == (
        "error [request_rejected]: there is no document that begins with interlock: test/v1,"
        " and no rule has examples"
        " (scenarios lie beside a bundle, for instance in tests/NAME.test.yaml)\n"
    )


def test_json_says_the_same_to_programs(interlock: Run, folder: Path) -> None:
    (folder / "tests" / "one.test.yaml").write_text(SPOILT)

    code, out, _ = interlock("test", "-o", "json", str(folder))
    said = json.loads(out)

    assert code == 1
    assert (said["ok"], said["passed"], said["failed"]) == (False, 0, 1)
    assert [
        (one["name"], one["line"], one["passed"], one["simulated_ms"]) for one in said["scenarios"]
    ] == [("one", 9, False, 9000)]
    assert said["scenarios"][0]["diagnostics"][0]["code"] == "RV410"


def test_junit_has_a_case_for_each_scenario(interlock: Run, folder: Path) -> None:
    (folder / "tests" / "one.test.yaml").write_text(SPOILT)

    root = ET.fromstring(interlock("test", "-o", "junit", str(folder)).out)

    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    assert [case.get("name") for case in root.iter("testcase")] == ["one"]


@pytest.mark.parametrize(("form", "part"), [("sarif", '"RV410"'), ("github", "::error file=")])
def test_other_tools_are_told_too(interlock: Run, folder: Path, form: str, part: str) -> None:
    (folder / "tests" / "one.test.yaml").write_text(SPOILT)

    assert part in interlock("test", "-o", form, str(folder)).out


def test_probes_stated_beside_the_bundle_are_taken(interlock: Run, folder: Path) -> None:
    (folder / "executors.json").write_text('{"http.look": {"status": "string"}}')

    code, _, err = interlock("test", str(folder))

    assert code == 2
    assert "RV202" in err


def test_tests_are_not_part_of_the_bundle_they_lie_in(folder: Path) -> None:
    with_tests = read_bundle(folder)
    shutil.rmtree(folder / "tests")

    assert read_bundle(folder) == with_tests


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("interlock: test/v1\nscenarios: []\n", True),
        ("# a\ninterlock: test/v1\n---\ninterlock: test/v1\n", True),
        ("interlock: test/v1\n---\ninterlock: rules/v1\n", False),
        ("interlock: rules/v1\n", False),
        ("a: 1\n", False),
    ],
)
def test_a_file_of_tests_is_told_by_its_kinds(text: str, only: bool) -> None:
    assert holds_only_tests(text) is only


def test_coverage_counts_each_sort_and_names_what_is_missed(interlock: Run, folder: Path) -> None:
    code, out, _ = interlock("test", "--coverage", str(folder))
    first, second, *missed = out.splitlines()

    assert code == 0
    assert first.startswith("1 scenario: passed")
    assert second == (
        "covered 14 %: rules 1/4  conjuncts 1/6  negations 0/1  states 3/14  transitions 1/3"
        "  results 1/19  timers 0/3"
    )
    assert f"  {folder}/rules.yaml:22:9: rule web/suspect-release: never fired" in missed
    assert f"  {folder}/rules.yaml:28:16: value > 0.5: never looked at" in missed


def test_too_little_coverage_fails(interlock: Run, folder: Path) -> None:
    assert interlock("test", "--min", "14", str(folder))[0] == 0
    assert interlock("test", "--min", "15", str(folder))[0] == 1


def test_json_holds_the_coverage_too(interlock: Run, folder: Path) -> None:
    said = json.loads(interlock("test", "--coverage", "-o", "json", str(folder)).out)["coverage"]

    assert said["percent"] == 14
    assert said["sorts"]["rules"] == {"covered": 1, "count": 4}
    assert [(m["line"], m["never"]) for m in said["missed"] if m["sort"] == "rules"] == [
        (22, ["hit"]),
        (42, ["hit"]),
        (59, ["hit"]),
    ]


def test_mutants_that_survive_are_named(interlock: Run, folder: Path) -> None:
    code, out, _ = interlock("test", "--mutate", str(folder))
    said = json.loads(interlock("test", "--mutate", "-o", "json", str(folder)).out)["mutants"]

    assert code == 0
    counts = f"mutants {said['killed']}/{said['count']} killed ({said['percent']} %)"
    assert f"{counts}, {said['same']} of equal meaning left out; survived:" in out
    assert sum(one["count"] for one in said["operators"].values()) == said["count"]
    assert {one["operator"] for one in said["survivors"]} <= said["operators"].keys()
    assert f"  {folder}/rules.yaml:15:17: !up dropped: no scenario tells them apart\n" in out
    assert {one["tried"] for one in said["survivors"]} == {0, 1}


def test_too_few_mutants_killed_fails(interlock: Run, folder: Path) -> None:
    assert interlock("test", "--min-killed", "4", str(folder))[0] == 0
    assert interlock("test", "--min-killed", "90", str(folder))[0] == 1


def test_mutants_are_not_tried_while_scenarios_fail(interlock: Run, folder: Path) -> None:
    (folder / "tests" / "one.test.yaml").write_text(SPOILT)

    assert "killed" not in interlock("test", "--mutate", str(folder)).out


EXAMPLES = """\
    why: nothing answers for ${look.service}
    examples:
      - name: down
        given: [{signal: site.probe, data: {service: shop, up: false, code: 0}}]
        fires: true
      - name: up
        given: [{signal: site.probe, data: {service: shop, up: true, code: 200}}]
        fires: UP
"""


@pytest.mark.parametrize(("up", "code"), [("false", 0), ("true", 1)])
def test_examples_in_rules_are_played_too(interlock: Run, folder: Path, up: str, code: int) -> None:
    rules = (folder / "rules.yaml").read_text()
    why = "    why: nothing answers for ${look.service}\n"
    (folder / "rules.yaml").write_text(rules.replace(why, EXAMPLES.replace("UP", up), 1))

    ended, out, _ = interlock("test", str(folder))
    shutil.rmtree(folder / "tests")
    alone = interlock("test", "-k", "site-down", str(folder))

    assert (ended, alone.code) == (code, code)
    assert "1 scenario, 2 examples: " in out
    assert "2 examples: " in alone.out
    assert ("[RV410] web/site-down: up: expected rule web/site-down" in out) is bool(code)
