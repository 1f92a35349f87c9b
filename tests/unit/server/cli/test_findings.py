"""Findings in every form: whole, well-formed, and harmless where authors are hostile."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from interlock.language import Diagnostic, Span
from interlock.server.cli import github, junit, sarif
from interlock.server.cli.findings import Findings, print_findings
from interlock.server.cli.options import Report
from interlock.server.cli.printer import Printer
from tests.unit.server.cli.conftest import Ran

HOSTILE = "a\n::set-output name=x::y\r\x1b[2J\u202e\x00 100% [see](https://evil.example) {0} <x>&"
PLACE = Span(2, 3, 2, 5)


def fault(
    message: str = "no such",
    path: str = "a.yaml",
    severity: str = "error",
    span: Span = PLACE,
    hint: str | None = None,
) -> Diagnostic:
    """Return a diagnostic."""
    return Diagnostic(path, span, severity, "RV201", message, hint)  # type: ignore[arg-type]


def found(*faults: Diagnostic, text: str = "one\n  two\n") -> Findings:
    """Return findings in one file."""
    return Findings({"a.yaml": text}, faults)


def test_an_annotation_names_the_file_the_place_and_the_code() -> None:
    assert github.command(fault(hint="did you mean 'x'?")) == (
        "::error file=a.yaml,line=2,endLine=2,col=3,endColumn=4,title=RV201"
        "::no such (did you mean 'x'?)"
    )


def test_an_annotation_over_several_lines_has_no_columns() -> None:
    command = github.command(fault(severity="warning", span=Span(2, 3, 4, 1)))

    assert command == "::warning file=a.yaml,line=2,endLine=4,title=RV201::no such"


def test_an_annotation_is_one_line_whatever_it_says() -> None:
    command = github.command(fault(HOSTILE, path="a,b:c%d\n.yaml"))

    assert command.isprintable()
    assert command.startswith("::error file=a%2Cb%3Ac%25d\\n.yaml,line=2,")
    assert "::a\\n::set-output name=x::y\\r\\x1b[2J\\u202e\\x00 100%25 " in command


def test_annotations_end_with_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(found(fault(), fault(severity="warning")), Report.GITHUB, "v")

    assert capsys.readouterr().out.splitlines()[2] == "1 file: 1 error, 1 warning"


def run_of(*faults: Diagnostic) -> Mapping[str, object]:
    """Return the run of a SARIF log after JSON."""
    log = json.loads(json.dumps(sarif.log(faults)))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    run: Mapping[str, object] = log["runs"][0]
    return run


def test_a_result_points_to_its_rule_and_its_place() -> None:
    run: dict[str, object] = dict(run_of(fault("no {x}", path="my rules/ö.yaml")))

    assert run["results"] == [
        {
            "ruleId": "RV201",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "no {{x}}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {
                            "uri": "my%20rules/%C3%B6.yaml",
                            "uriBaseId": "%SRCROOT%",
                        },
                        "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 5},
                    }
                }
            ],
        }
    ]


def test_an_absolute_path_is_a_file_uri() -> None:
    assert '"file:///x/a.yaml"' in json.dumps(sarif.log([fault(path="/x/a.yaml")]))


def test_a_message_holds_no_link_and_no_placeholder() -> None:
    text = str(run_of(fault(HOSTILE)))

    assert "](" not in text
    assert "{{0}}" in text


def test_nothing_found_is_a_log_without_results() -> None:
    assert run_of()["results"] == []


def test_a_suite_has_a_case_for_each_file() -> None:
    text = junit.suite("v", [junit.Case("a", ["x", "y"]), junit.Case("b", [], ["w"], "0.1")])

    suite = ET.fromstring(text)[0]
    assert suite.attrib == {"name": "v", "tests": "2", "failures": "1", "errors": "0"}
    assert [case.attrib["name"] for case in suite] == ["a", "b"]
    assert [suite.findtext("testcase/failure"), suite[1].findtext("system-out")] == ["x\ny", "w"]
    assert suite[1].attrib["time"] == "0.1"


def test_a_suite_is_well_formed_whatever_it_says() -> None:
    text = junit.suite("v", [junit.Case(HOSTILE, [HOSTILE], [HOSTILE])])

    [case] = ET.fromstring(text)[0]
    assert case.attrib["name"].startswith("a\\n::set-output")
    assert text.replace("\n", "").isprintable()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes standard output look like a terminal of 80 columns."""

    def pretend() -> None:
        monkeypatch.setattr(Printer, "width", 80)
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setenv("NO_COLOR", "1")

    return pretend


def test_a_terminal_is_shown_the_line(
    capsys: pytest.CaptureFixture[str], terminal: Callable[[], None]
) -> None:
    terminal()

    print_findings(found(fault(), text="one\u2028  two\x85"), Report.TEXT, "v")

    assert capsys.readouterr().out.splitlines() == [
        "a.yaml:2:3: error [RV201] no such",
        "    2 |   two",
        "      |   ^^",
        "1 file: 1 error",
    ]


def test_a_fault_outside_the_source_is_shown_without_a_line(
    capsys: pytest.CaptureFixture[str], terminal: Callable[[], None]
) -> None:
    terminal()

    print_findings(found(fault(span=Span(9, 1, 9, 2)), fault(path="gone.yaml")), Report.TEXT, "v")

    assert "|" not in capsys.readouterr().out


BAD = """\
interlock: signals/v1
signals: {site.probe: {ttl: 1h, fields: {service: string, up: bool}}}
---
interlock: rules/v1
rules:
  - id: down
    title: Down
    when: [{signal: site.probe, as: look, where: "!upp"}]
    then: [{advise: "日本 ${look.sevice} now"}]
    why: >-
      it is
      down ${luok.service}
"""


def test_a_part_of_an_expression_and_of_a_template_is_marked_exactly(
    interlock: Callable[..., Ran], tmp_path: Path, terminal: Callable[[], None]
) -> None:
    (tmp_path / "a.yaml").write_text(BAD)
    terminal()

    lines = interlock("check", str(tmp_path)).out.splitlines()

    assert [line.partition("|")[2] for line in lines if "|" in line] == [
        '     when: [{signal: site.probe, as: look, where: "!upp"}]',
        "                                                    ^^^",
        '     then: [{advise: "日本 ${look.sevice} now"}]',
        "                                  ^^^^^^",
        "       down ${luok.service}",
        "              ^^^^",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"x" * 10_000_000,
        b"interlock: rules/v1\nrules: " + b"x" * 1_000_000,
        b"interlock: rules/v1\n" + b"k" * 900_000 + b": 1\n",
        b"interlock: rules/v1\nrules: \xff\xfe\x1b[2J\n",
        "interlock: rules/v1\n\u202e\u2066k\u200b: \u202ex\n".encode(),
        b"interlock: rules/v1\nrules: \x1b[2J\n",
    ],
    ids=["large", "long", "long-key", "not-text", "bidi", "escape"],
)
@pytest.mark.parametrize("report", Report)
def test_a_hostile_file_is_reported_in_printable_lines(
    interlock: Callable[..., Ran],
    tmp_path: Path,
    content: bytes,
    report: Report,
    terminal: Callable[[], None],
) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    terminal()

    code, out, err = interlock("check", "-o", report, str(tmp_path))

    assert (code, err) == (1, "")
    assert all(line.isprintable() and len(line) < 3_000 for line in out.splitlines())
