"""Law: what a program said can neither move a cursor nor reorder a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.executors.text import plain, word


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"plain\n", "plain"),
        (b"one\r\ntwo\ttabbed", "one\ntwo\ttabbed"),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07after", "after"),
        (b"\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b]52;c;Y2xpcA==\x07x", "x"),
        (b"\x1b(Bcharset", "charset"),
        (b"\x1bcreset", "reset"),
        (b"bell\x07back\x08space\x7f\x00", "bellbackspace"),
        ("c1\x9b31m\x85".encode(), "c1"),
        ("safe\u202etxt.exe\u2066".encode(), "safetxt.exe"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"unfinished \x1b[", "unfinished"),
        ("lone \ud800", "lone ?"),
        ("grün – ok", "grün – ok"),
    ],
)
def test_terminal_sequences_and_controls_are_taken_out(raw: bytes | str, expected: str) -> None:
    assert plain(raw) == expected


def test_the_end_of_a_long_text_is_kept() -> None:
    assert plain("x" * 100 + "the end", limit=8) == "…the end"


@given(st.binary(max_size=200))
def test_no_control_character_survives(raw: bytes) -> None:
    text = plain(raw, limit=50)

    assert len(text) <= 50
    assert all(c in "\n\t" or (c.isprintable() or ord(c) > 0x9F) for c in text)
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("exit_1", "exit_1"), ("NOT FOUND!", "NOT_FOUND"), ("", ""), ("\x1b[1m", "1m"), ("é", "")],
)
def test_a_code_is_one_word(raw: str, expected: str) -> None:
    assert word(raw) == expected


def test_a_code_is_short() -> None:
    assert len(word("x" * 1_000)) == 64
