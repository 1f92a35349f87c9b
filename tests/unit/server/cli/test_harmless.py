"""Whatever a stranger writes, a terminal that shows it stays ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.server.cli.harmless import harmless, harmless_json

HOSTILE = sorted((Path(__file__).parents[3] / "data" / "alertmanager").glob("hostile*"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("checkout → r42", "checkout → r42"),
        (r"\d+\.svc", r"\d+\.svc"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b2J", r"\x9b2J"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("user\u202etxt.exe", r"user\u202etxt.exe"),
        ("pay\u200bment", r"pay\u200bment"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("nbsp\u00a0", r"nbsp\xa0"),
        ("\x7f", r"\x7f"),
    ],
)
def test_what_is_not_printable_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert shown == harmless(text)


@given(st.text(st.characters()))
def test_what_is_shown_is_one_line_of_printable_characters(text: str) -> None:
    """Law: harmless(x) is printable, and harmless is idempotent."""
    shown = harmless(text)

    assert shown.isprintable()
    assert shown == harmless(shown)


@given(st.text(st.characters()))
def test_json_is_exact_and_plain_ascii(text: str) -> None:
    """Law: loads(harmless_json(x)) == x, in printable ASCII."""
    shown = harmless_json(text)

    assert json.loads(shown) == text
    assert shown.isascii()
    assert shown.isprintable()


def _received() -> list[str]:
    """Return every text of the posts that an Alertmanager was made to send."""
    found: list[str] = []

    def walk(value: object) -> None:
        match value:
            case str():
                found.append(value)
            case list():
                for item in value:
                    walk(item)
            case dict():
                for key, item in value.items():
                    found.append(key)
                    walk(item)

    for path in HOSTILE:
        walk(json.loads(path.read_text()))
    return found


def test_labels_that_were_really_received_are_harmless() -> None:
    """The control is in the corpus: as they are, some would drive a terminal."""
    received = _received()

    assert any("\x1b" in text for text in received)
    assert any("\u202e" in text for text in received)
    assert all(harmless(text).isprintable() for text in received)
