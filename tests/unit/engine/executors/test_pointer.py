"""JSON pointers, on the examples of RFC 6901 §5 and what it forbids."""

from __future__ import annotations

import pytest

from interlock.engine.executors.outputs import parse_json
from interlock.engine.executors.pointer import find, parse_pointer

DOCUMENT = parse_json(
    '{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5,'
    ' "k\\"l": 6, " ": 7, "m~n": 8}'
)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_a_pointer_finds_its_value(pointer: str, expected: object) -> None:
    assert find(DOCUMENT, parse_pointer(pointer)) == expected


def test_the_empty_pointer_is_the_whole_document() -> None:
    assert find(DOCUMENT, parse_pointer("")) is DOCUMENT


@pytest.mark.parametrize("pointer", ["/none", "/foo/2", "/foo/-", "/foo/01", "/foo/0/x", "/a/b"])
def test_a_pointer_to_nothing_finds_nothing(pointer: str) -> None:
    assert find(DOCUMENT, parse_pointer(pointer)) is None


@pytest.mark.parametrize("text", ["foo", "#/foo", "/a~2", "/a~"])
def test_what_is_no_pointer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="JSON pointer"):
        parse_pointer(text)
