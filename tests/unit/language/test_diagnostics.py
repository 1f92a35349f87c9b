"""Located faults: their text, their order, their picture."""

from __future__ import annotations

import pytest

from interlock.errors import DefinitionError
from interlock.language import Diagnostic, Span, nearest, ordered, refuse_errors, render


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
    }


def test_diagnostics_are_ordered_by_place_and_told_once():
    a, b, c = diagnostic(2, 1), diagnostic(2, 9), diagnostic(1, 1, path="b.yaml")

    assert ordered([c, b, a, b]) == [a, b, c]
    assert sorted([c, b, a]) == [a, b, c]


def test_carets_stand_under_the_fault():
    shown = render(diagnostic(), ["first", "\ta bc"])

    assert shown.split("\n") == [str(diagnostic()), "    2 | \ta bc", "      | \t ^^"]


def test_a_fault_over_several_lines_is_marked_to_the_end_of_its_first():
    fault = Diagnostic("a.yaml", Span(1, 2, 3, 1), "error", "RV001", "broken")

    assert render(fault, ["abcd"]).endswith("| abcd\n      |  ^^^")


def test_a_fault_outside_the_source_is_shown_without_a_line():
    assert render(diagnostic(line=9), ["one"]) == str(diagnostic(line=9))


def test_the_nearest_name_is_suggested():
    assert nearest("vxlue", ["value", "other"]) == "did you mean 'value'?"
    assert nearest("zzz", ["value"]) is None


def test_errors_are_refused_together_with_the_warnings():
    found = [diagnostic(3), diagnostic(1, severity="warning"), diagnostic(2)]

    with pytest.raises(DefinitionError, match="and 1 more") as caught:
        refuse_errors(found)

    assert caught.value.diagnostics == (found[1], found[2], found[0])


def test_warnings_alone_pass():
    refuse_errors([diagnostic(severity="warning")])
