"""Positions: offsets there and back, however the editor counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position

from interlock.language.diagnostics import Span
from interlock.server.lsp.positions import Positions

TEXTS = st.text(st.sampled_from("ab \t\r\n\x85\u2028é\U0001f600\ufeff"), max_size=40)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@given(TEXTS, ENCODINGS, st.data())
def test_an_offset_survives_the_way_there_and_back(
    text: str, encoding: str, data: st.DataObject
) -> None:
    """An offset that is not within a line's end is that of its position."""
    content = text.removeprefix("\ufeff")
    offset = data.draw(st.integers(0, len(content)))
    positions = Positions(text, encoding)

    found = positions.offset(positions.position(offset))

    assert found == offset or content[found:offset].strip("\r\n") == ""


@given(TEXTS, ENCODINGS, st.integers(0, 50), st.integers(0, 50))
def test_any_position_is_somewhere(text: str, encoding: str, line: int, character: int) -> None:
    """No position, however far outside, is beyond the text."""
    offset = Positions(text, encoding).offset(Position(line, character))

    assert 0 <= offset <= len(text)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 6), ("utf-16", 4), ("utf-32", 3)])
def test_columns_are_counted_as_asked(encoding: str, column: int) -> None:
    positions = Positions("x\na\U0001f600y = 1\n", encoding)

    place = positions.of(Span(2, 4, 2, 5))

    assert place.start == Position(1, column)


def test_a_line_of_yaml_may_be_within_a_line_of_the_editor() -> None:
    positions = Positions('a: "b\u2028  c"\nd: e\n')

    assert positions.of(Span(3, 1, 3, 2)).start == Position(1, 0)
    assert positions.of(Span(2, 3, 2, 4)).start == Position(0, 8)


def test_a_mark_at_the_start_is_the_editors_to_count() -> None:
    positions = Positions("\ufeffa: b\n")

    assert positions.of(Span(1, 1, 1, 2)).start == Position(0, 1)
    assert positions.offset(Position(0, 1)) == 0
