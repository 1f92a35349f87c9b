"""Places in documents: values, keys, and characters inside texts of every style."""

from __future__ import annotations

import pytest

from interlock.language import Document, Span, load_documents, ordered
from interlock.language.expression import ExpressionError
from interlock.language.located import Lines, Place

FILE = """\
# a comment
interlock: rules/v1
rules:
  - id: a
    where:
      - env == "prod"
      - 'it''s > x'
      - "a \\"b\\" c"
    why: |
      first ${er.x}
        second
    doc: >-
      one
      two

      three
    long: plain
      going on
"""
DOCUMENT = load_documents(FILE, "f.yaml")[0]
LINES = FILE.split("\n")


def shown(span):
    return LINES[span.line - 1][span.col - 1 : span.end_col - 1]


def test_a_document_tells_its_kind():
    assert DOCUMENT.kind == "rules/v1"
    assert DOCUMENT.diagnostics == []


@pytest.mark.parametrize(
    "content", ["a: 1", "[1]", "word", "a: 1\ninterlock: rules/v1", "interlock: 5"]
)
def test_a_document_begins_with_its_kind(content):
    [document] = load_documents(content, "f.yaml")

    assert [one.code for one in document.diagnostics] == ["RV101"]


def test_a_file_may_hold_several_documents_or_none():
    kinds = [one.kind for one in load_documents("interlock: a/v1\n---\ninterlock: b/v1\n", "f")]

    assert kinds == ["a/v1", "b/v1"]
    assert load_documents("# nothing\n---\n---\n", "f") == []
    assert load_documents("", "f") == []


def test_a_byte_order_mark_is_no_part_of_the_text():
    [document] = load_documents("\ufeffinterlock: a/v1".encode(), "f")

    assert document.span(("interlock",), key=True) == Span(1, 1, 1, 10)


def test_a_value_and_its_key_are_found():
    assert DOCUMENT.at(("rules", 0, "id")) == "a"
    assert DOCUMENT.span(("rules", 0, "id")) == Span(4, 9, 4, 10)
    assert DOCUMENT.span(("rules", 0, "id"), key=True) == Span(4, 5, 4, 7)


def test_what_is_not_there_is_placed_at_what_is_around_it():
    assert DOCUMENT.span(("rules", 0, "nothing", 5)).line == 4
    assert DOCUMENT.span(("rules", "~tag", 0, "id")) == Span(4, 9, 4, 10)
    assert DOCUMENT.span(()).line == 2


def test_a_broken_document_has_its_faults_at_the_start():
    [document] = load_documents("[", "f.yaml")

    assert document.data is None
    assert document.span(("a",)) == Span(1, 1, 1, 1)
    assert document.expression_span(("a",), 0, 1) == Span(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("loc", "text"),
    [
        (("where", 0), '"prod"'),
        (("where", 1), "x"),
        (("where", 2), "c"),
        (("why",), "er.x"),
        (("why",), "second"),
        (("doc",), "one"),
        (("doc",), "two"),
        (("doc",), "three"),
        (("long",), "plain"),
        (("long",), "going on"),
    ],
)
def test_a_part_of_a_text_is_found_where_it_is_written(loc, text):
    whole = DOCUMENT.at(("rules", 0, *loc))
    start = whole.index(text)

    span = DOCUMENT.expression_span(("rules", 0, *loc), start, start + len(text))

    assert shown(span) == text


def test_the_end_of_a_text_has_a_place():
    span = DOCUMENT.expression_span(("rules", 0, "where", 0), 13, 14)

    assert (span.line, span.col, span.end_col) == (6, 22, 23)


def test_a_part_of_what_is_no_text_is_the_whole():
    assert DOCUMENT.expression_span(("rules", 0, "where"), 0, 3) == DOCUMENT.span(
        ("rules", 0, "where")
    )


def test_a_text_that_cannot_be_followed_is_marked_as_a_whole():
    place = Place(0, 3, "xyz", "", "xyz")
    document = Document("f", None, "xyz", [], place, "abc", Lines("abc"))

    assert document.expression_span((), 1, 2) == Span(1, 1, 1, 4)


def test_an_explicit_indentation_is_followed():
    [document] = load_documents("interlock: a/v1\nk: |1\n   deep\n  b\n", "f.yaml")

    assert document.data["k"] == "  deep\n b\n"
    assert document.expression_span(("k",), 2, 6) == Span(3, 4, 3, 8)


def test_a_single_text_stands_for_a_list_of_one():
    [document] = load_documents("interlock: a/v1\nwhere: a == b\n", "f.yaml")

    assert document.expression_span(("where", 0), 5, 6) == Span(2, 13, 2, 14)


def test_faults_are_reported_at_values_keys_and_parts_of_texts():
    document = load_documents(FILE, "f.yaml")[0]
    item = ExpressionError("no such", 0, 3, "RV201", "try x")
    item.within = (0,)

    document.report(("rules", 0, "id"), "RV121", "bad id", key=True)
    document.report(("rules", 0, "id"), "RV301", "always true", "drop it", warning=True)
    document.report_expression(("rules", 0, "where"), item)

    assert [str(one) for one in ordered(document.diagnostics)] == [
        "f.yaml:4:5: error [RV121] bad id",
        "f.yaml:4:9: warning [RV301] always true (drop it)",
        "f.yaml:6:9: error [RV201] no such (try x)",
    ]


def test_a_document_can_be_made_without_a_file():
    document = Document("made", "a/v1", {"x": 1})

    document.report(("x",), "RV110", "wrong")

    assert document.diagnostics[0].span == Span(1, 1, 1, 1)


@pytest.mark.parametrize("separator", ["\r\n", "\r", "\x85", "\u2028"])
def test_lines_are_counted_as_yaml_counts_them(separator):
    content = separator.join(["interlock: a/v1", "a: 1", "a: 2", ""])

    [document] = load_documents(content, "f.yaml")

    assert [one.span.line for one in document.diagnostics] == [3]
