"""Texts as they are written: read back, they are what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.language import load_documents
from interlock.server.layout.scalars import item, split


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("value > 5", "value > 5"),
        ("yes: no", '"yes: no"'),
        ('say "so": it', "'say \"so\": it'"),
        ("5", '"5"'),
        ("", '""'),
        ("# none", '"# none"'),
    ],
)
def test_an_item_is_plain_where_that_means_the_same(text: str, written: str) -> None:
    assert item(text) == written


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
def test_an_item_is_read_back_as_it_was(text: str) -> None:
    (document,) = load_documents(f"interlock: x\nx:\n  - {item(text)}\n", "a")

    assert document.diagnostics == []
    assert document.data == {"interlock": "x", "x": [text]}


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("a > 1 && b < 2", ["a > 1", "b < 2"]),
        ("a > 1 || b < 2", ["a > 1 || b < 2"]),
        ("a >", ["a >"]),
        ("", [""]),
        (True, []),
    ],
)
def test_what_holds_together_is_told_apart_and_what_cannot_be_read_stays(
    condition: object, parts: list[str]
) -> None:
    assert split(condition) == parts
