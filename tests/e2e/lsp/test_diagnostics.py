"""Diagnostics: what an editor is shown is what the command line says, as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from lsprotocol import types

from tests.e2e.language_client import PROGRAM, Session, session
from tests.e2e.lsp.given import BOUND, RULES, SIGNALS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


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
