"""Source lines with carets: exact under anything, harmless and bounded whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from interlock.language import Span
from interlock.server.cli.excerpt import excerpt
from interlock.server.cli.harmless import harmless


def shown(line: str, first: int, last: int, width: int = 100) -> tuple[str, str]:
    """Return the excerpt of a line with characters ``first`` to before ``last`` marked."""
    return excerpt(Span(7, first + 1, 7, last + 1), line, width)


@pytest.mark.parametrize(
    ("line", "part", "expected"),
    [
        ("where: valeu > 3", "valeu", "      |        ^^^^^"),
        ("\twhere: valeu", "valeu", "      |            ^^^^^"),
        ("why: 日本 valeu", "valeu", "      |           ^^^^^"),
        ("why: 日本 valeu", "日本", "      |      ^^^^"),
        ("why: \u202e\x1b[2J valeu", "valeu", "      | " + " " * 19 + "^^^^^"),
    ],
    ids=["plain", "tab", "wide", "wide-fault", "hostile"],
)
def test_carets_stand_under_what_the_reader_sees(line: str, part: str, expected: str) -> None:
    start = line.index(part)

    assert expected == shown(line, start, start + len(part))[1]


def test_the_number_of_the_line_stands_before_it() -> None:
    assert "    7 | ab" == shown("ab", 0, 1)[0]


def test_a_fault_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    assert "      |  ^^^" == excerpt(Span(1, 2, 3, 1), "abcd", 100)[1]


def test_what_is_missing_at_the_end_has_one_caret_behind_it() -> None:
    assert "      |     ^" == shown("abc ", 4, 5)[1]


def test_a_line_of_ten_megabytes_is_shown_around_the_fault() -> None:
    line = "x" * 5_000_000 + "valeu" + "y" * 5_000_000

    source, carets = shown(line, 5_000_000, 5_000_005, width=80)

    assert source == "    7 | …" + "x" * 23 + "valeu" + "y" * 42 + "…"
    assert carets == "      | " + " " * 24 + "^" * 5


letters = st.text(st.characters(codec="utf-8") | st.sampled_from("\t\x1b\u202e\u2066\0日é"))


@given(letters, letters, letters, st.integers(0, 120))
def test_any_line_is_shown_harmless_within_the_room_and_marked_exactly(
    before: str, marked: str, after: str, width: int
) -> None:
    """Whatever stands in a line: printable, bounded, carets exactly as wide as the fault."""
    line = before + marked + after

    source, carets = shown(line, len(before), len(before) + len(marked), width)

    assert source.isprintable()
    assert max(cell_len(source), cell_len(carets)) <= max(width, 50)
    whole = harmless(marked.replace("\t", "    "))
    assert carets.count("^") == max(1, min(cell_len(whole), carets.count("^")))
    if cell_len(harmless(line.replace("\t", "    "))) <= width - 10:
        assert carets.count("^") == max(1, cell_len(whole))
        assert carets.index("^") == 8 + cell_len(harmless(before.replace("\t", "    ")))
