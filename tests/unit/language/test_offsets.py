"""Characters of a value back to the raw text; no answer rather than a wrong one."""

from __future__ import annotations

import pytest

from interlock.language.located.offsets import offsets_in


@pytest.mark.parametrize(
    ("raw", "style", "value", "offsets"),
    [
        ("ab", "", "ab", [0, 1, 2]),
        ("a\n  b", "", "a b", [0, 1, 4, 5]),
        ("a  \n\n\n b", "", "a\n\nb", [0, 1, 1, 7, 8]),
        ("'a''b'", "'", "a'b", [1, 2, 4, 5]),
        (r'"\x41\u00e9\U0001f600\n"', '"', "A\xe9\U0001f600\n", [1, 5, 11, 21, 23]),
        ('"a\\\n   b"', '"', "ab", [1, 7, 8]),
        ("|\n  ab\n  c\n", "|", "ab\nc\n", [4, 5, 6, 9, 10, 11]),
        (">\n a\n b\n\n c", ">", "a b\nc", [3, 4, 6, 8, 10, 11]),
        ("|-\n\n  a\n", "|", "\na", [3, 6, 7]),
        ("|\n", "|", "", [2]),
    ],
)
def test_offsets_follow_the_style(raw, style, value, offsets):
    assert offsets_in(raw, style, value) == offsets


@pytest.mark.parametrize(
    ("raw", "style", "value"),
    [
        ("ab", "", "abc"),
        ('"\\q"', '"', "q"),
        ('"\\"', '"', "x"),
        ("|", "|", "x"),
        ("|\n a\n", "|", "b\n"),
    ],
)
def test_a_text_that_was_not_read_by_these_rules_has_no_offsets(raw, style, value):
    assert offsets_in(raw, style, value) is None
