"""Law: a text that is given for a pattern matches it, whatever RE2 pattern a field may have."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from interlock.language.regions.examples import example

PIECES = st.sampled_from(
    [
        "a",
        "[a-z]",
        "[^a-z]",
        "[0-9]{2,4}",
        "(?:x|y)",
        "\\d+",
        "-",
        "[a-z0-9-]*",
        "z?",
        "(a|b){2}",
        ".",
    ]
)


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z][a-z0-9-]{0,62}",
        "[a-z][a-z0-9-]{0,62}/[a-z][a-z0-9-]{0,62}",
        "[0-9]{8}T[0-9]{4}",
        "i-[a-z0-9-]{1,62}",
        "^v[0-9]+\\.[0-9]+$",
        "(?:eu|us)-[a-z]+-[0-9]",
        "[^/]+",
        "[]a]x",
    ],
)
def test_patterns_of_fields_have_an_example(pattern: str) -> None:
    found = example(pattern)

    assert found is not None
    assert re2.fullmatch(pattern, found)


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_an_example_matches(pattern: str) -> None:
    found = example(pattern)

    assert found is not None
    assert re2.fullmatch(pattern, found)


@pytest.mark.parametrize("pattern", ["(", "[", "a{", "\\", "[z-", "(?P<x>", "a)"])
def test_what_is_not_understood_gives_nothing(pattern: str) -> None:
    assert example(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(" * 300 + "a" + ")" * 300,
        "(" * 100_000,
        "a{1000}" * 11,
        "a{1000}" * 100_000,
        "(?:a{999}){999}",
        "a{999999999999}",
        "[^ -\U0010fffd]",
        "[z-a]",
    ],
    ids=["deep", "deeper", "long", "longer", "squared", "often", "no character", "backwards"],
)
def test_a_hostile_pattern_gives_nothing(pattern: str) -> None:
    assert example(pattern) is None


@given(st.text(alphabet="a1(){}[]^-|*+?,:\\\\<>é", max_size=40) | st.text(max_size=40))
def test_whatever_is_no_pattern_gives_nothing_or_a_short_text(pattern: str) -> None:
    found = example(pattern)

    assert found is None or len(found) <= 10_000
