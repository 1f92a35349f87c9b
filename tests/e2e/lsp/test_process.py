"""The process: how it begins and ends, and that no question, file or fault of ours ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.e2e.language_client import PROGRAM, Session, session
from tests.e2e.lsp.given import RULES
from tests.hostile import FILES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


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
