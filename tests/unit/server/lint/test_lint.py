"""Lint: what is found, and what a comment switches off, for how much and until when."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from interlock.language import Diagnostic, Span, load_documents
from interlock.server.lint import find_suppressions, lint, quieted

TODAY = date(2026, 11, 30)


def found(text: str, today: date = TODAY) -> list[tuple[str, int]]:
    """Return the codes a file reports, with their lines."""
    text = dedent(text).lstrip("\n")
    return [
        (one.code, one.span.line)
        for one in lint({"a.yaml": text}, load_documents(text, "a.yaml"), (), today)
    ]


TWO = """
    interlock: rules/v1{head}
    rules:
      - id: one  {behind}
        title: One
        why: so
      {above}
      - id: two
        title: Two
        why: so
"""


def two(head: str = "", behind: str = "", above: str = "") -> list[tuple[str, int]]:
    """Return what is found in two rules without owners whose ``why`` names nothing."""
    return found(TWO.format(head=f"  {head}", behind=behind, above=above))


BOTH = [("RV501", 3), ("RV505", 5), ("RV501", 7), ("RV505", 9)]


def test_every_fault_is_found_without_suppressions() -> None:
    assert two() == BOTH


def test_a_comment_behind_something_counts_for_its_line() -> None:
    assert two(behind="# interlock: off RV501 because nobody does") == BOTH[1:]


def test_a_comment_above_something_counts_for_all_of_it() -> None:
    assert two(above="# interlock: off RV501, RV505 because it is a test") == BOTH[:2]


def test_a_comment_behind_a_key_counts_for_all_that_stands_below_it() -> None:
    text = TWO.format(head="", behind="", above="")

    rules = text.replace("rules:", "rules:  # interlock: off RV501, RV505 because x")
    assert found(rules) == []
    assert found(text.replace("id: two", "id: two  # interlock: off RV501 because x")) == [
        *BOTH[:2],
        BOTH[3],
    ]


def test_a_comment_below_everything_counts_for_nothing() -> None:
    text = dedent(TWO.format(head="", behind="", above="")).lstrip()

    assert found(text + "# interlock: off RV501 because x\n") == [*BOTH, ("RV510", 10)]


def test_a_file_that_was_not_read_has_no_suppressions() -> None:
    documents = load_documents("interlock: x/v1  # interlock: off RV501\n", "b.yaml")

    assert find_suppressions({"a.yaml": ""}, documents) == []
    assert find_suppressions({}, load_documents("[", "c.yaml")) == []


def test_a_comment_above_the_first_key_counts_for_the_document() -> None:
    text = dedent(TWO.format(head="", behind="", above="")).lstrip()
    head = "# interlock: off RV501 RV505 because it is a test\n"

    assert found(head + text) == []
    assert found(head + text + "---\n" + text) == [(c, n + 11) for c, n in BOTH]


def test_a_comment_inside_a_text_is_none() -> None:
    text = """
        interlock: rules/v1
        doc: |
          # interlock: off RV501 because no
        rules: [{id: one, title: "# interlock: off", why: "${x}"}]
        """

    assert found(text) == [("RV501", 4)]


def test_a_suppression_without_a_reason_does_not_count_and_is_named() -> None:
    assert two(behind="# interlock: off RV501") == [("RV501", 3), ("RV506", 3), *BOTH[1:]]


@pytest.mark.parametrize(
    "comment",
    [
        "# interlock: off",
        "# interlock: of RV501 because x",
        "# interlock: off RV501 until soon because x",
        "# interlock: off RV501 until 2027-13 because x",
        "# interlock: off RV501 until 2027-02-30 because x",
        "# interlock: off RV999 because x",
    ],
)
def test_a_suppression_that_cannot_be_read_is_named(comment: str) -> None:
    assert ("RV506", 3) in two(behind=comment)
    assert ("RV501", 3) in two(behind=comment)


@pytest.mark.parametrize(("until", "last"), [("2027-01-31", 31), ("2027-01", 31)])
def test_a_suppression_counts_through_its_last_day(until: str, last: int) -> None:
    text = TWO.format(head="", above="", behind=f"# interlock: off RV501 until {until} because x")

    assert found(text, date(2027, 1, last)) == BOTH[1:]
    assert found(text, date(2027, 2, 1)) == [("RV501", 3), ("RV509", 3), *BOTH[1:]]


def test_a_suppression_that_hides_nothing_is_named() -> None:
    assert two(head="# interlock: off RV504 because x") == [("RV510", 1), *BOTH]


def test_a_suppression_of_what_others_find_is_not_called_idle() -> None:
    assert two(head="# interlock: off RV301 because x") == BOTH


def test_warnings_of_others_are_switched_off_and_errors_never() -> None:
    text = "interlock: rules/v1\nrules: []  # interlock: off RV213 because x\n"
    documents = load_documents(text, "a.yaml")
    warning = Diagnostic("a.yaml", Span(2, 1, 2, 2), "warning", "RV213", "unread", None)
    error = Diagnostic("a.yaml", Span(2, 1, 2, 2), "error", "RV213", "unread", None)
    other = Diagnostic("b.yaml", Span(2, 1, 2, 2), "warning", "RV213", "unread", None)

    suppressions = find_suppressions({"a.yaml": text}, documents)

    assert quieted([warning, error, other], suppressions, TODAY) == [error, other]


def test_a_disabled_rule_needs_no_owner() -> None:
    assert found("interlock: rules/v1\nrules: [{id: a, status: disabled, why: so}]\n") == []


@pytest.mark.parametrize(
    ("day", "codes"), [("2026-11-29", ["RV511"]), ("2026-11-30", []), ("2026-12-01", [])]
)
@pytest.mark.parametrize(
    "text",
    [
        "interlock: rules/v1\nreview_by: {day}\n",
        "interlock: rules/v1\nrules: [{{owner: o, why: '${{x}}', review_by: {day}}}]\n",
        "interlock: machine/v1\nreview_by: {day}\n",
        "interlock: actions/v1\nreview_by: {day}\n",
        "interlock: actions/v1\nactions: {{a.b: {{review_by: {day}}}}}\n",
    ],
)
def test_a_review_is_overdue_on_the_day_after(text: str, day: str, codes: list[str]) -> None:
    assert [code for code, _ in found(text.format(day=day))] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("interlock: machine/v1\nid: a\nseverity: high\n", ["RV504"]),
        ("interlock: machine/v1\nid: a\nseverity: high\nrunbook_url: x\n", []),
        ("interlock: machine/v1\nid: a\nseverity: low\n", []),
        ("interlock: machine/v1\ntitle: " + "x" * 73, ["RV520"]),
        ("interlock: machine/v1\ntitle: It ends.", ["RV520"]),
        ("interlock: machine/v1\ntitle: " + "x" * 72, []),
        ("interlock: actions/v1\nactions: {a.b: {title: So.}}", ["RV520"]),
        ("interlock: signals/v1\nsignals: {a.b: {}}\nfacts: {c.d: {}}\n", ["RV521", "RV521"]),
        ("interlock: signals/v1\nsignals: {a.b: {doc: It is.}}\n", []),
        ("interlock: inventory/v1\ntargets: {a: {type: x}}\n", []),
        ("[1]\n", []),
    ],
)
def test_each_check_has_a_fault_and_a_clean_case(text: str, codes: list[str]) -> None:
    assert [code for code, _ in found(text)] == codes


EXCEPTION = """\
interlock: rules/v1
owner: o
{head}rules: [{{why: "${{x}}", except: [{{id: E, {more}}}]}}]
"""


@pytest.mark.parametrize(
    ("head", "more", "codes"),
    [
        ("", "expires: 2026-11-29", []),
        ("risk: high\n", "expires: 2026-12-01", ["RV503"]),
        ("severity: critical\nrunbook_url: x\n", "expires: 2026-12-01", ["RV503"]),
        ("risk: high\n", "expires: 2026-12-01, ticket: OPS-1", []),
        ("risk: low\n", "expires: 2026-12-01", []),
    ],
)
def test_an_exception_of_a_grave_rule_needs_a_ticket(
    head: str, more: str, codes: list[str]
) -> None:
    assert [code for code, _ in found(EXCEPTION.format(head=head, more=more))] == codes


@pytest.mark.parametrize("day", ["soon", "2027-13-01", "[]"])
def test_a_review_by_no_day_is_left_to_the_check(day: str) -> None:
    assert found(f"interlock: machine/v1\nreview_by: {day}\n") == []
