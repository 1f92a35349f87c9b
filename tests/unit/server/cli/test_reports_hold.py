"""Reports of real findings, held to what those who read them have published."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest
import xmlschema

from tests.pages import ROOT
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

PUBLISHED = ROOT / "tests" / "data" / "reports"
JUNIT = xmlschema.XMLSchema(PUBLISHED / "junit-10.xsd")
HOSTILE = "ä b%c/C:\\x,y::z.yaml"
RULES = """\
interlock: rules/v1
package: p
owner: o
rules:
  - id: 'r🙂'
    title: "🙂%0A::error file=x::y"
    nme: "\t"
    when: [{signal: '日本', as: x}]
    then: [{advise: look}]
    why: '🙂\u0301 ${zz.y} %25'
"""
BREAKS = "interlock: signals/v1\rsignals:\u2028  a: {doc: so, tl: 1m}\x85"
TOKENS = {"'r🙂'", "nme", "'日本'", "tl", "{doc: so, tl: 1m}"}
"""What the findings are about, as it stands in the files."""


def _schema() -> jsonschema_rs.Draft4Validator:
    text = (PUBLISHED / "sarif-2.1.0-rtm.5.json").read_text()
    # The bracket without a beginning is a character to the engine of its authors alone.
    return jsonschema_rs.Draft4Validator(json.loads(text.replace("{2}]?$", "{2}?$")))


SARIF = _schema()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files with many faults, under names that are hard to write down."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / HOSTILE
    path.parent.mkdir()
    path.write_text(RULES)
    (tmp_path / "breaks.yaml").write_text(BREAKS, newline="")
    (tmp_path / "bytes.yaml").write_bytes(b"interlock: rules/v1\nrules: \xff\n")
    return tmp_path


def sarif(run: Run, *arguments: str) -> dict[str, Any]:
    """Return the log of a command, which the standard accepts."""
    log: dict[str, Any] = json.loads(run(*arguments, "-o", "sarif").out)
    assert [error.message for error in SARIF.iter_errors(log)] == []
    return log


@pytest.mark.parametrize("verb", ["check", "lint", "verify"])
def test_a_log_is_what_the_standard_says(interlock: Run, folder: Path, verb: str) -> None:
    assert sarif(interlock, verb, ".")["runs"][0]["results"]


def test_the_standard_is_one_that_can_refuse(interlock: Run, folder: Path) -> None:
    """Negative control."""
    log = sarif(interlock, "check", ".")
    log["runs"][0]["results"][0]["level"] = "fatal"
    log["runs"][0]["columns"] = 1

    assert len(list(SARIF.iter_errors(log))) == 2


def test_a_region_holds_exactly_what_it_is_about(interlock: Run, folder: Path) -> None:
    """Tabs, emoji and line ends other than LF count as a reader of the log is told to count."""
    run = sarif(interlock, "check", ".")["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    breaks = re.compile("|".join(run["newlineSequences"]))

    about = set()
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        path = folder / unquote(place["artifactLocation"]["uri"])
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            lines = breaks.split(file.read())
        region = place["region"]
        if region["startLine"] == region["endLine"]:
            line = lines[region["startLine"] - 1]
            about.add(line[region["startColumn"] - 1 : region["endColumn"] - 1])

    assert about >= TOKENS


def test_a_path_below_the_root_is_relative_and_another_a_file_uri(
    interlock: Run, folder: Path
) -> None:
    def places(*paths: str) -> set[tuple[str, str | None]]:
        results = sarif(interlock, "check", *paths)["runs"][0]["results"]
        found = [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in results]
        return {(one["uri"], one.get("uriBaseId")) for one in found}

    assert ("%C3%A4%20b%25c/C%3A%5Cx%2Cy%3A%3Az.yaml", "%SRCROOT%") in places(".")
    assert (f"file://{folder}/breaks.yaml", None) in places(str(folder))


def test_a_scenario_that_fails_is_reported_in_every_form(
    interlock: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(
        "interlock: signals/v1\nsignals: {a: {ttl: 1m, fields: {x: int}}}\n---\n"
        "interlock: rules/v1\nrules: [{id: tell, title: t, why: so, when: [{signal: a, as: _a}],"
        " then: [{advise: look}]}]\n"
    )
    Path("t.test.yaml").write_text(
        "interlock: test/v1\nuses: [s.yaml]\nscenarios:\n"
        "  - name: '🙂 <a> & \"b\"'\n    given: []\n    expect: [{fired: tell}]\n"
        "  - name: quiet\n    given: []\n    expect: [{never: {fired: tell}}]\n"
    )

    assert JUNIT.is_valid(interlock("test", "-o", "junit").out)
    assert sarif(interlock, "test")["runs"][0]["results"]
    assert all(
        _command(line) is not None
        for line in interlock("test", "-o", "github").out.splitlines()
        if line.startswith("::")
    )


@pytest.mark.parametrize("verb", ["check", "lint", "verify"])
def test_a_suite_is_what_build_servers_read(interlock: Run, folder: Path, verb: str) -> None:
    report = interlock(verb, ".", "-o", "junit").out

    assert JUNIT.is_valid(report)
    # Negative control: the schema knows what a suite must have.
    assert not JUNIT.is_valid(report.replace(' failures="', ' fails="'))


COMMAND = re.compile(r"::(?P<name>\w+) (?P<properties>[^\r\n]*?)::(?P<message>[^\r\n]*)")


def _command(line: str) -> tuple[str, dict[str, str], str] | None:
    """Read a workflow command as the runner does, or return None when it is none."""
    found = COMMAND.fullmatch(line)
    if found is None:
        return None
    given = [one.partition("=") for one in found["properties"].split(",")]
    properties = {name: _unescaped(value, ":%3A", ",%2C") for name, _, value in given}
    return found["name"], properties, _unescaped(found["message"])


def _unescaped(text: str, *more: str) -> str:
    for one in ("\r%0D", "\n%0A", *more, "%%25"):
        text = text.replace(one[1:], one[0])
    return text


def test_an_annotation_is_read_back_by_the_runner_as_it_was_meant(
    interlock: Run, folder: Path
) -> None:
    annotations = interlock("check", ".", "-o", "github").out.splitlines()[:-1]
    told = json.loads(interlock("check", ".", "-o", "json").out)["diagnostics"]

    read = [_command(line) for line in annotations]

    assert None not in read
    for (name, properties, message), one in zip(read, told, strict=True):  # type: ignore[misc]  # none is None
        assert (name, properties["title"]) == (one["severity"], one["code"])
        assert properties["file"] == one["path"]
        assert (properties["line"], properties["endLine"]) == (
            str(one["line"]),
            str(one["end_line"]),
        )
        assert message.startswith(one["message"])
