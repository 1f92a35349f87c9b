"""RE2 patterns: linear, and refused when they could not be."""

from __future__ import annotations

import pytest

from interlock.language import regex
from interlock.language.regex import compile_pattern, compile_whole_pattern


def test_a_pattern_is_sought_anywhere():
    assert compile_pattern("b+")("abbc")
    assert not compile_pattern("b+")("ac")


def test_a_whole_pattern_matches_from_end_to_end():
    assert compile_whole_pattern("b+")("bb")
    assert not compile_whole_pattern("b+")("abb")


@pytest.mark.parametrize("pattern", ["(a", r"(a)\1", "(?=a)", "a{1000}{1000}", "\ud800"])
def test_a_pattern_re2_cannot_bound_is_refused(pattern):
    with pytest.raises(ValueError, match="not a safe regular expression"):
        compile_pattern(pattern)


def test_a_pattern_that_ruins_backtracking_engines_is_quick():
    assert not compile_pattern("^(a+)+$")("a" * 100_000 + "b")


def test_a_short_text_is_asked_about_once_and_a_long_one_each_time() -> None:
    asked: list[int] = []
    is_new = regex._remembering(lambda text: asked.append(len(text)) is None)

    for length in (200, 201) * 3:
        assert is_new("x" * length)

    assert asked == [200, 201, 201, 201]
