"""What is printed: harmless for people, exact for programs, whole for ``grep``."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer, counted

HOSTILE = "\x1b[2J\u202ereversed"


def test_a_line_away_from_a_terminal_is_plain_and_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Printer(Form.TEXT).line(("done", "bold green"), " " + "x" * 5_000)

    assert "done " + "x" * 5_000 + "\n" == capsys.readouterr().out


def test_a_line_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Form.TEXT).line(HOSTILE, "[bold]as it stands[/] :smile:")

    assert "\\x1b[2J\\u202ereversed[bold]as it stands[/] :smile:\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    "text", [HOSTILE, "tab\tand\nline", "😀 é\u0301 漢", "[b]x[/b]", "", " " * 300]
)
def test_a_line_says_the_same_whatever_prints_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    Printer(Form.TEXT).line((text, "bold"), "!")
    plain = capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    Printer(Form.TEXT).line((text, ""), "!")

    assert capsys.readouterr().out == plain


def test_who_asks_for_colour_gets_it_away_from_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    Printer(Form.TEXT).line(("done", "bold green"))
    assert "\x1b" not in capsys.readouterr().out

    monkeypatch.setenv("FORCE_COLOR", "1")
    Printer(Form.TEXT).line(("done", "bold green"))

    assert capsys.readouterr().out == "\x1b[1;32mdone\x1b[0m\n"


def test_a_table_is_aligned_without_blanks_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Form.TEXT).table(("ID", "WHY"), [("a", HOSTILE), ("long", "")])

    assert "ID    WHY\na     \\x1b[2J\\u202ereversed\nlong\n" == capsys.readouterr().out


def test_what_one_has_to_copy_is_never_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.server.cli.console.WIDE", 40)
    row = ("inc-b55605796848132c", "a-machine-with-a-name", "a subject of somebody")

    Printer(Form.TEXT).table(("ID", "MACHINE", "ABOUT"), [row], whole="ID")
    kept = capsys.readouterr().out
    Printer(Form.TEXT).table(("ID", "MACHINE", "ABOUT"), [row])
    cut = capsys.readouterr().out

    assert row[0] in kept
    assert max(map(len, kept.splitlines())) <= 40
    assert row[0] not in cut


def test_fields_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Form.TEXT).fields({"id": "a", "outcome": "", "state": "open"})

    assert "id     a\nstate  open\n" == capsys.readouterr().out


def test_json_is_exact_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Form.JSON).document({"title": HOSTILE})

    printed = capsys.readouterr().out
    assert printed.isascii()
    assert "\x1b" not in printed
    assert json.loads(printed) == {"title": HOSTILE}


def test_a_stream_is_one_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer(Form.JSON)

    printer.json_line({"n": 1, "text": "a\nb"})
    printer.json_line({"n": 2})

    assert '{"n": 1, "text": "a\\nb"}\n{"n": 2}\n' == capsys.readouterr().out


@pytest.mark.parametrize(("count", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_one_thing_is_no_plural(count: int, text: str) -> None:
    assert text == counted(count, "file")


def test_a_reader_who_has_enough_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    printer = Printer(Form.TEXT)

    def gone(_: str) -> int:
        raise BrokenPipeError

    monkeypatch.setattr("sys.stdout.write", gone)

    with pytest.raises(BrokenPipeError):
        printer.line("one")


@pytest.mark.parametrize("write", [Printer.document, Printer.json_line])
def test_a_document_is_written_in_one_piece(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[Printer, object], None]
) -> None:
    """Whoever leaves after a document, such as ``grep -m1``, leaves nothing unread."""
    written: list[str] = []
    monkeypatch.setattr("sys.stdout.write", written.append)

    write(Printer(Form.JSON), {"n": 1})

    assert [json.loads(one) for one in written] == [{"n": 1}]
    assert written[0].endswith("\n")
