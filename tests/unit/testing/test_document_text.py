"""Documents that are written: what a sender said comes back exactly, and drives no terminal."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from interlock.language.document import load_documents
from interlock.testing.record.text import document_text

SIGNS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.lists(SIGNS, min_size=1, max_size=3))
def test_any_text_is_written_in_plain_signs_and_read_as_it_was(texts: list[str]) -> None:
    """Law: ASCII without control characters; read(write(x)) == x where documents may hold x."""
    written = document_text({"interlock": "test/v1", "said": texts})

    assert written.isascii()
    assert all(sign.isprintable() or sign == "\n" for sign in written)
    (document,) = load_documents(written, "a.yaml")
    if not document.diagnostics:
        assert document.data["said"] == texts


def test_what_turns_the_line_around_is_written_as_an_escape() -> None:
    written = document_text({"said": "a\u202ebc\x1b[31m é"})

    assert '"a\\u202Ebc\\e[31m \\xE9"' in written


def test_decimals_are_exact_and_whole_ones_have_no_tag() -> None:
    written = document_text({"a": Decimal("0.10"), "b": Decimal(3)})

    assert written == "{a: 0.10, b: 3}\n"
