"""Located faults: their text, their order, their picture."""

from __future__ import annotations

import pytest

from interlock.errors import DefinitionError
from interlock.language import Diagnostic, Span, nearest, ordered, refuse_errors


def diagnostic(line=2, col=3, path="a.yaml", severity="error", code="RV201", hint=None):
    return Diagnostic(path, Span(line, col, line, col + 2), severity, code, "no such", hint)


def test_a_diagnostic_says_where_which_why_and_what_to_write():
    text = "a.yaml:2:3: error [RV201] no such (did you mean 'x'?)"

    assert str(diagnostic(hint="did you mean 'x'?")) == text


def test_a_diagnostic_without_a_hint_ends_with_its_message():
    assert str(diagnostic(severity="warning")) == "a.yaml:2:3: warning [RV201] no such"


def test_a_diagnostic_is_a_flat_object():
    assert diagnostic().to_json() == {
        "path": "a.yaml",
        "line": 2,
        "col": 3,
        "end_line": 2,
        "end_col": 5,
        "severity": "error",
        "code": "RV201",
        "message": "no such",
        "hint": None,
        "about": "",
    }


def test_diagnostics_are_ordered_by_place_and_told_once():
    a, b, c = diagnostic(2, 1), diagnostic(2, 9), diagnostic(1, 1, path="b.yaml")

    assert ordered([c, b, a, b]) == [a, b, c]
    assert sorted([c, b, a]) == [a, b, c]


def test_a_message_and_a_hint_end_where_nobody_reads_on():
    fault = Diagnostic("a.yaml", Span(1, 1, 1, 2), "error", "RV112", "x" * 9_999, "y" * 9_999)

    assert (fault.message, fault.hint) == ("x" * 999 + "…", "y" * 999 + "…")


def test_the_nearest_name_is_suggested():
    assert nearest("vxlue", ["value", "other"]) == "did you mean 'value'?"
    assert nearest("zzz", ["value"]) is None


@pytest.mark.parametrize("word", ["n0500x", "xn0500", "n05x00"])
def test_the_nearest_of_many_names_is_suggested(word):
    names = [f"n{number:04}" for number in range(1_000)]

    assert nearest(word, names) == "did you mean 'n0500'?"


def test_a_word_nobody_would_type_has_no_nearest():
    assert nearest("x" * 201, ["x" * 200]) is None


def test_errors_are_refused_together_with_the_warnings():
    found = [diagnostic(3), diagnostic(1, severity="warning"), diagnostic(2)]

    with pytest.raises(DefinitionError, match="and 1 more") as caught:
        refuse_errors(found)

    assert caught.value.diagnostics == (found[1], found[2], found[0])


def test_warnings_alone_pass():
    refuse_errors([diagnostic(severity="warning")])
