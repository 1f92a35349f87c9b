"""``interlock lsp`` as editors use it: the real program, a real client, files that change."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.e2e.language_client import PROGRAM, Session, session
from tests.hostile import FILES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SIGNALS = """\
interlock: signals/v1
package: shop
owner: team-shop
signals:
  http.error_ratio:
    doc: Share of requests that failed.
    keep: latest
    key: [service]
    correlate: [service]
    ttl: 5m
    fields:
      service: string
      env: {type: string, enum: [prod, staging]}
      value: {type: double, min: 0, max: 1, unit: ratio, doc: From none to all.}
facts:
  service.burning:
    doc: A service has many errors.
    key: [service]
    fields: {service: string}
"""
PARAMS = """\
interlock: params/v1
package: shop
params:
  threshold: {type: double, default: 0.05, min: 0, max: 1, doc: What counts as burning.}
environments:
  staging: {threshold: 0.2}
"""
RULES = """\
interlock: rules/v1
package: shop
owner: team-shop
runbook_url: https://runbooks.example.net/shop
rules:
  - id: burning
    title: A service burns
    severity: high
    when:
      - signal: http.error_ratio
        as: err
        where:
          - env == "prod"
          - value > params.threshold
      - not:
          fact: service.burning
          where: service == err.service
    then:
      - advise: look at ${err.service}
    why: ${err.service} has ${percent(err.value)} errors
"""
BOUND = {"signals.yaml": SIGNALS, "params.yaml": PARAMS, "rules.yaml": RULES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bundle that check and lint have nothing to say of but what they always do."""
    for name, text in BOUND.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def editor(folder: Path) -> Iterator[Session]:
    """An editor that has opened a folder of its own."""
    with session(folder) as editor:
        yield editor


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """An editor that only reads and types: nothing changes on disk."""
    root = tmp_path_factory.mktemp("read")
    for name, text in BOUND.items():
        (root / name).write_text(text)
    with session(root) as reader:
        yield reader


def said(folder: Path, verb: str) -> dict[str, list[tuple[object, ...]]]:
    """Return what the command line says of what is on disk, as an editor would show it."""
    run = subprocess.run(
        [PROGRAM, verb, "-o", "json", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    shown: dict[str, list[tuple[object, ...]]] = {}
    for one in json.loads(run.stdout)["diagnostics"]:
        hint = f" ({one['hint']})" if one["hint"] else ""
        place = (one["line"] - 1, one["col"] - 1, one["end_line"] - 1, one["end_col"] - 1)
        shown.setdefault(one["path"], []).append(
            (*place, one["severity"], one["code"], one["message"] + hint)
        )
    return shown


def shown(editor: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return what an editor shows of every file."""
    severities = {
        types.DiagnosticSeverity.Error: "error",
        types.DiagnosticSeverity.Warning: "warning",
    }
    found: dict[str, list[tuple[object, ...]]] = {}
    for uri, params in editor.said.items():
        name = os.path.relpath(uri.removeprefix("file://"), editor.root)
        for one in params.diagnostics:
            start, end = one.range.start, one.range.end
            place = (start.line, start.character, end.line, end.character)
            found.setdefault(name, []).append(
                (*place, severities[int(one.severity)], one.code, one.message)
            )
    return found


# -- diagnostics -----------------------------------------------------------------------------------


def test_a_sound_bundle_is_shown_what_lint_says(editor: Session, folder: Path) -> None:
    editor.open("rules.yaml")
    editor.diagnostics("rules.yaml")

    assert shown(editor) == said(folder, "lint")


def test_a_fault_is_marked_as_it_is_typed_and_gone_when_it_is_mended(
    editor: Session, folder: Path
) -> None:
    editor.open("rules.yaml")
    sound = editor.diagnostics("rules.yaml")
    broken = RULES.replace("value > params", "valeu > params")

    editor.change("rules.yaml", broken)
    found = editor.diagnostics("rules.yaml")
    editor.change("rules.yaml", RULES)

    (fault,) = [one for one in found if one.code == "RV201"]
    assert fault.range == types.Range(types.Position(13, 12), types.Position(13, 17))
    assert fault.severity == types.DiagnosticSeverity.Error
    assert "did you mean 'value'?" in fault.message
    assert fault.code_description is not None
    assert fault.code_description.href.endswith("diagnostics.md#rv201")
    assert editor.diagnostics("rules.yaml") == sound
    assert (folder / "rules.yaml").read_text() == RULES  # nothing is written


def test_what_an_unsaved_file_breaks_in_another_is_shown_there_until_it_is_mended(
    reader: Session,
) -> None:
    reader.open("signals.yaml")
    reader.diagnostics("signals.yaml")

    reader.change("signals.yaml", SIGNALS.replace("      value:", "      ratio:"))
    reader.until(lambda: "RV201" in reader.codes("rules.yaml"))
    reader.change("signals.yaml", SIGNALS)
    reader.until(lambda: "RV201" not in reader.codes("rules.yaml"))

    assert "RV201" not in reader.codes("rules.yaml")


def test_files_that_come_go_and_are_renamed_on_disk_are_seen(editor: Session, folder: Path) -> None:
    editor.open("rules.yaml")
    editor.diagnostics("rules.yaml")

    (folder / "signals.yaml").rename(folder / "monitoring.yaml")
    (folder / "twice.yaml").write_text(SIGNALS)
    editor.moved("signals.yaml", "monitoring.yaml", "twice.yaml")
    editor.until(lambda: "RV216" in editor.codes("twice.yaml"))
    twice = editor.said[(folder / "twice.yaml").as_uri()].diagnostics[0]
    (folder / "twice.yaml").unlink()
    (folder / "monitoring.yaml").unlink()
    editor.moved("twice.yaml", "monitoring.yaml")
    editor.until(lambda: "RV210" in editor.codes("rules.yaml"))

    assert twice.related_information is not None
    assert twice.related_information[0].location.uri == (folder / "monitoring.yaml").as_uri()
    editor.until(lambda: editor.codes("twice.yaml") == [])


def test_a_file_that_is_open_and_deleted_is_of_the_bundle_no_more(
    editor: Session, folder: Path
) -> None:
    editor.open("signals.yaml")
    editor.open("rules.yaml")
    editor.diagnostics("rules.yaml")

    (folder / "signals.yaml").rename(folder / "moved.yaml")
    editor.moved("signals.yaml", "moved.yaml")
    editor.open("moved.yaml")
    editor.diagnostics("moved.yaml")

    assert "RV216" not in editor.codes("moved.yaml")
    assert shown(editor) == said(folder, "lint")


def test_a_new_file_counts_before_it_is_saved(editor: Session) -> None:
    editor.open("rules.yaml", RULES.replace("http.error_ratio", "new.signal"))
    editor.until(lambda: "RV210" in editor.codes("rules.yaml"))

    new = "interlock: signals/v1\nsignals:\n  new.signal:\n    ttl: 1m\n    fields:\n"
    editor.open("new.yaml", f"{new}      service: string\n      env: string\n      value: double\n")
    editor.until(lambda: "RV210" not in editor.codes("rules.yaml"))
    editor.close("new.yaml")
    editor.until(lambda: "RV210" in editor.codes("rules.yaml"))

    assert editor.codes("new.yaml") == []


@pytest.mark.parametrize(
    ("encoding", "column"), [("utf-16", 14 + 4), ("utf-8", 14 + 8), ("utf-32", 14 + 2)]
)
def test_columns_are_counted_as_the_editor_counts(folder: Path, encoding: str, column: int) -> None:
    text = RULES.replace('env == "prod"', "'\"\U0001f600\U0001f600\" == enw'")
    with session(folder, encodings=[encoding]) as editor:
        editor.open("rules.yaml", text)
        (fault,) = [one for one in editor.diagnostics("rules.yaml") if one.code == "RV201"]

    assert editor.capabilities.position_encoding == encoding
    assert fault.range.start == types.Position(12, column + len("' == "))


def test_lines_break_where_the_editor_breaks_them(folder: Path) -> None:
    odd = '"A\u2028      service\x85      burns"'
    text = RULES.replace("A service burns", odd).replace("env ==", "enw ==")
    with session(folder) as editor:
        editor.open("rules.yaml", text)
        found = editor.diagnostics("rules.yaml")

    assert [one.range.start.line for one in found if one.code == "RV201"] == [12]


def test_a_lone_file_is_checked_alone_and_what_is_no_document_is_left_alone(
    tmp_path: Path, folder: Path
) -> None:
    inner = folder / "inner"
    inner.mkdir()
    with session(inner) as editor:
        editor.open("../rules.yaml")
        editor.open("../other.yaml", "kind: Deployment\n")
        found = editor.diagnostics("../rules.yaml")

    assert "RV210" in {one.code for one in found}
    assert (folder / "other.yaml").as_uri() not in editor.said


def test_only_the_named_part_of_a_folder_is_the_bundle(folder: Path) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "app.yaml").write_text("kind: Deployment\n")
    (folder / "policy").mkdir()
    for name in BOUND:
        (folder / name).rename(folder / "policy" / name)
    with session(folder, "policy", "--env", "staging") as editor:
        editor.open("policy/rules.yaml")
        editor.diagnostics("policy/rules.yaml")
        hover = editor.wait(
            editor.client.text_document_hover_async(
                types.HoverParams(**editor.at("policy/rules.yaml", "threshold", 2))
            )
        )

    assert all("deploy" not in uri for uri in editor.said)
    assert "`params.threshold` is `0.2` here" in hover.contents.value


# -- completion ------------------------------------------------------------------------------------


def test_what_an_expression_may_read_is_completed_however_little_is_written(
    reader: Session,
) -> None:
    reader.open("rules.yaml")
    head = RULES[: RULES.index("    then:")]

    own = reader.completed("rules.yaml", RULES.replace("value > params", "|@value > params"))
    earlier = reader.completed("rules.yaml", RULES.replace("service == err.service", "err.|@"))
    empty = reader.completed("rules.yaml", head.replace("service == err.service", "|@"))
    parameter = reader.completed("rules.yaml", RULES.replace("params.threshold", "params.|@"))
    template = reader.completed("rules.yaml", f"{head}    why: ${{percent(err.v|@")
    value = reader.completed("rules.yaml", RULES.replace('env == "prod"', "env == |@"))

    assert {"value", "env", "service", "at", "params", "percent", "has"} <= own.keys()
    assert "err" not in own
    assert own["value"].detail == "double, from 0, to 1"
    assert {"value", "env", "service", "at"} <= earlier.keys()
    assert "params" not in earlier
    assert {"service", "err"} <= empty.keys()
    assert parameter.keys() == {"threshold"}
    assert parameter["threshold"].detail == "0.05"
    assert template["value"].text_edit.range.start.character == len("    why: ${percent(err.")
    assert {'"prod"', '"staging"'} <= value.keys()


def test_keys_values_and_names_are_completed(reader: Session) -> None:
    reader.open("rules.yaml")
    reader.open("new.machine.yaml", "")

    keys = reader.completed("rules.yaml", RULES.replace("    severity: high\n", "    |@\n"))
    values = reader.completed("rules.yaml", RULES.replace("severity: high", "severity: |@"))
    signals = reader.completed("rules.yaml", RULES.replace("http.error_ratio", "http.|@"))
    facts = reader.completed(
        "rules.yaml", RULES.replace("advise: look at ${err.service}", "assert: |@")
    )
    fields = reader.completed(
        "rules.yaml",
        RULES.replace(
            "advise: look at ${err.service}", "assert: service.burning\n        set: {|@}"
        ),
    )
    kinds = reader.completed("new.machine.yaml", "interlock: |@")
    begun = reader.completed("new.machine.yaml", "interlock: machine/v1\n|@\n")

    assert {"severity", "cooldown"} <= keys.keys()
    assert "title" not in keys  # it is there already
    assert keys["severity"].text_edit.new_text == "severity: "
    assert values.keys() == {"critical", "high", "medium", "low", "info"}
    assert signals.keys() == {"http.error_ratio"}
    assert signals["http.error_ratio"].text_edit.new_text == "http.error_ratio"
    assert facts.keys() == {"service.burning"}
    assert fields.keys() == {"service"}
    assert {"rules/v1", "machine/v1"} <= kinds.keys()
    assert begun["initial"].detail == "needed"


# -- hover, definition, references, outline, cures -------------------------------------------------


def test_names_are_explained(reader: Session) -> None:
    reader.open("rules.yaml")

    def hover(needle: str, within: int = 0) -> str:
        place = reader.at("rules.yaml", needle, within)
        found = reader.wait(reader.client.text_document_hover_async(types.HoverParams(**place)))
        return "" if found is None else found.contents.value

    assert "Share of requests that failed." in hover("http.error_ratio", 3)
    assert "- `value`: double, min 0, max 1, unit ratio — From none to all." in hover(
        "http.error_ratio"
    )
    assert "double, min 0, max 1, unit ratio" in hover("err.value", 5)
    assert hover("err.service", 1) == "**alias err** signal http.error_ratio"
    assert "- staging: `0.2`" in hover("threshold", 1)
    assert "`percent(double or int) → string`" in hover("percent", 2)
    assert "What follows." in hover("then:")
    assert hover("A service burns") == "**title** What it notices, in one line."
    assert hover("team-shop") == ""


def test_a_code_in_a_comment_is_explained(reader: Session) -> None:
    text = f"# interlock: off RV504 because no page yet\n{RULES}"
    reader.open("rules.yaml", text)

    place = reader.place("rules.yaml", text, text.index("RV504"))
    found = reader.wait(reader.client.text_document_hover_async(types.HoverParams(**place)))

    assert "**RV504**" in found.contents.value
    assert "Prefer" in found.contents.value


def test_definitions_are_found_in_every_file_and_in_expressions(reader: Session) -> None:
    reader.open("rules.yaml")

    def line(needle: str, within: int = 0) -> list[tuple[str, int]]:
        place = reader.at("rules.yaml", needle, within)
        found = reader.wait(
            reader.client.text_document_definition_async(types.DefinitionParams(**place))
        )
        return [(one.uri.rpartition("/")[2], one.range.start.line) for one in found]

    assert line("http.error_ratio", 2) == [("signals.yaml", 4)]
    assert line("service.burning", 2) == [("signals.yaml", 15)]
    assert line("threshold", 2) == [("params.yaml", 3)]
    assert line("err.service", 1) == [("rules.yaml", 10)]
    assert line("err.service", 6) == [("signals.yaml", 11)]
    assert line("value >", 1) == [("signals.yaml", 13)]
    assert line("A service burns") == []


def test_uses_are_found_in_every_file(reader: Session) -> None:
    reader.open("params.yaml")
    reader.open("rules.yaml")

    def lines(name: str, needle: str) -> list[tuple[str, int]]:
        place = reader.at(name, needle, 1)
        context = types.ReferenceContext(include_declaration=True)
        found = reader.wait(
            reader.client.text_document_references_async(
                types.ReferenceParams(context=context, **place)
            )
        )
        return sorted((one.uri.rpartition("/")[2], one.range.start.line) for one in found)

    assert lines("params.yaml", "threshold") == [
        ("params.yaml", 3),
        ("params.yaml", 5),
        ("rules.yaml", 13),
    ]
    assert lines("rules.yaml", "err\n") == [
        ("rules.yaml", 10),
        ("rules.yaml", 16),
        ("rules.yaml", 18),
        ("rules.yaml", 19),
        ("rules.yaml", 19),
    ]


def test_a_file_has_an_outline(reader: Session) -> None:
    uri = reader.open("signals.yaml")

    found = reader.wait(
        reader.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
        )
    )

    assert [(one.name, one.range.start.line) for one in found] == [
        ("http.error_ratio", 4),
        ("service.burning", 15),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("wehre:", "where:"), ("valeu >", "value >"), ("severity: hihg", "severity: high")],
)
def test_what_was_meant_is_written_at_one_stroke(reader: Session, written: str, meant: str) -> None:
    text = RULES.replace(meant, written, 1)
    uri = reader.open("rules.yaml", text)
    faults = [one for one in reader.diagnostics("rules.yaml") if "did you mean" in one.message]

    (action,) = reader.wait(
        reader.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                faults[0].range,
                types.CodeActionContext(faults),
            )
        )
    )
    (edit,) = action.edit.changes[uri]
    line = text.split("\n")[edit.range.start.line]
    mended = line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
    reader.change("rules.yaml", text.replace(line, mended))

    assert meant in mended
    assert text.replace(line, mended) == RULES
    assert not [o for o in reader.diagnostics("rules.yaml") if "did you mean" in o.message]


# -- the process -----------------------------------------------------------------------------------


def test_it_ends_with_0_after_goodbye_and_logs_as_json(editor: Session) -> None:
    assert editor.goodbye() == 0
    editor.until(lambda: "language_server_ended" in editor.events())
    assert editor.events()[0] == "language_server_started"


def test_it_ends_with_1_when_told_to_exit_without_goodbye(editor: Session) -> None:
    editor._tell(editor.client.exit, None)

    assert editor.wait(editor.process.wait()) == 1


def test_it_ends_by_itself_when_its_editor_is_killed(folder: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin
        server.stdin.close()

        assert server.wait(50) == 1


def test_without_its_extra_it_says_what_to_install(folder: Path) -> None:
    blocked = (
        "import sys; sys.modules.update(pygls=None);"
        "from interlock.server.cli.main import run; sys.exit(run(['lsp']))"
    )

    run = subprocess.run(
        [sys.executable, "-c", blocked], cwd=folder, capture_output=True, text=True, check=False
    )

    assert run.returncode == 3
    assert run.stdout == ""
    assert "error [extra_missing]" in run.stderr
    assert "pip install interlock[lsp]" in run.stderr


def test_a_question_that_makes_no_sense_is_answered_and_nothing_ends(reader: Session) -> None:
    uri = reader.open("rules.yaml")
    far = types.Position(10_000, 10_000)

    found = reader.wait(
        reader.client.text_document_completion_async(
            types.CompletionParams(types.TextDocumentIdentifier(uri), far)
        )
    )
    with pytest.raises(JsonRpcException):
        reader.ask("interlock/nothing", {})

    assert isinstance(found, types.CompletionList)
    assert reader.diagnostics("rules.yaml") is not None


FAULTY = """
import sys
from interlock.server.cli.main import run
from interlock.server.lsp import desk, scene

def fail(*_, **__):
    raise ZeroDivisionError("planted")

scene.Scene.offers = fail
review, left = desk.review, [1]
desk.review = lambda *given: fail() if left and left.pop() else review(*given)
sys.exit(run(sys.argv[1:]))
"""


def test_a_fault_of_ours_is_logged_told_and_answered_and_ends_nothing(folder: Path) -> None:
    with session(folder, program=[sys.executable, "-c", FAULTY]) as editor:
        editor.until(lambda: bool(editor.told))  # the first review fails
        editor.open("rules.yaml")
        place = editor.at("rules.yaml", "err.service", 4)
        with pytest.raises(JsonRpcException, match="planted"):
            editor.ask("textDocument/completion", types.CompletionParams(**place))
        hover = editor.ask("textDocument/hover", types.HoverParams(**place))
        found = editor.diagnostics("rules.yaml")

    logged = [json.loads(line) for line in editor.logged]
    assert "ZeroDivisionError" in editor.told[0]
    assert hover is not None
    assert "RV201" not in {one.code for one in found}
    assert [one["level"] for one in logged if one["event"] == "review_failed"] == ["error"]
    assert sum("planted" in one.get("exception", "") for one in logged) == 2


def test_a_question_can_be_taken_back(reader: Session) -> None:
    reader.open("rules.yaml")
    place = reader.at("rules.yaml", "err.service", 4)

    ended = reader.taken_back("textDocument/completion", types.CompletionParams(**place), 20)

    assert ended == "cancelled"
    assert reader.diagnostics("rules.yaml") is not None


def test_what_cannot_be_read_is_told_and_nothing_ends(editor: Session, folder: Path) -> None:
    editor.open("rules.yaml")
    editor.diagnostics("rules.yaml")

    (folder / "executors.json").write_text("[1]")
    editor.moved("executors.json")
    editor.change("rules.yaml", f"{RULES}# x\n")
    editor.until(lambda: bool(editor.told))
    (folder / "executors.json").unlink()
    editor.change("rules.yaml", RULES)

    assert "is no manifest" in editor.told[0]
    assert editor.diagnostics("rules.yaml") is not None


HOSTILE = ("laughs", "quadratic", "deep-brackets", "deep-lines", "repetition", "nul")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_the_server_lives(reader: Session, name: str) -> None:
    text = FILES[name].decode(errors="replace")
    reader.open("hostile.yaml", text)

    found = reader.diagnostics("hostile.yaml")
    offered = reader.completed("hostile.yaml", f"{text[:2000]}|@{text[2000:]}")
    reader.close("hostile.yaml")
    reader.open("rules.yaml")

    assert found
    assert isinstance(offered, dict)
    assert "RV201" not in {one.code for one in reader.diagnostics("rules.yaml")}


def test_many_edits_at_once_are_reviewed_as_the_last_one_stands(reader: Session) -> None:
    reader.open("rules.yaml")
    for number in range(60):
        reader.change("rules.yaml", RULES.replace("value >", f"v{number} >"))

    found = [one for one in reader.diagnostics("rules.yaml") if one.code == "RV201"]

    assert "'v59'" in found[0].message
    assert os.kill(reader.process.pid, signal.SIGCONT) is None  # it is there
