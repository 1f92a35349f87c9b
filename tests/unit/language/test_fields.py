"""Declarations of fields, short and long."""

from __future__ import annotations

import pytest

from interlock.language import Definition, Field, FieldDefinition, load_documents, validate
from interlock.language.values import (
    DURATION,
    INT,
    STRING,
    double,
    list_of,
)


class Shape(Definition):
    interlock: str
    x: FieldDefinition


def read(written):
    [document] = load_documents(f"interlock: a/v1\nx: {written}\n", "f.yaml")
    return validate(Shape, document), [str(one)[7:] for one in document.diagnostics]


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("string", Field(STRING)),
        ("double(2)", Field(double(2))),
        ("{type: string, optional: true, doc: d}", Field(STRING, optional=True, doc="d")),
        (
            "{type: double, min: 0, max: 0.5, scale: 2, unit: ratio}",
            Field(double(2), min=0, max=50),
        ),
        ("{type: duration, min: 1s, max: 1m}", Field(DURATION, min=1_000, max=60_000)),
        ("{type: string, enum: [a, b]}", Field(STRING, enum=("a", "b"))),
        ("{type: string, pattern: '^a+$'}", Field(STRING, pattern="^a+$")),
        ("{type: list<int>, max: 5, enum: [1, 2]}", Field(list_of(INT), max=5, enum=(1, 2))),
        ("{type: double, enum: [0.5, 1]}", Field(double(), enum=(500_000, 1_000_000))),
        ("{type: string, examples: [a]}", Field(STRING)),
    ],
)
def test_a_declaration_becomes_a_field_in_runtime_units(written, field):
    model, found = read(written)

    assert found == []
    assert model.x.field() == field


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (
            "strinng",
            (
                "2:4: error [RV113] unknown type 'strinng'; one of string, int, double, bool,"
                " timestamp, duration, list<…> (did you mean 'string'?)"
            ),
        ),
        ("5", "2:4: error [RV110] expected a mapping, found 5"),
        ("{typ: string}", "2:4: error [RV111] missing key 'type'"),
        ("{type: int, min: a}", "2:21: error [RV110] expected int, found text 'a'"),
        ("{type: int, enum: [1, a]}", "2:22: error [RV110] expected int, found text 'a'"),
        ("{type: int, examples: [a]}", "2:26: error [RV110] expected int, found text 'a'"),
        (
            "{type: string, max: a}",
            "2:24: error [RV110] only numbers, durations and timestamps have a range",
        ),
        ("{type: int, min: 5, max: 1}", "2:4: error [RV110] min is larger than max"),
        ("{type: int, pattern: a}", "2:25: error [RV110] a pattern is for strings, not for int"),
        (
            "{type: string, pattern: (a}",
            "2:28: error [RE105] not a safe regular expression: missing ): (a",
        ),
        (
            "{type: double, scale: 16}",
            "2:26: error [RV110] value should be less than or equal to 15",
        ),
        (
            "{type: double, max: 0.0000001}",
            "2:24: error [RV110] 1e-7, which needs more than 6 decimal digits",
        ),
    ],
)
def test_a_declaration_with_a_fault_is_refused_at_its_place(written, fault):
    model, found = read(written)

    assert model is None
    assert found[0] == fault


def test_one_fault_in_the_type_causes_no_other():
    assert len(read("{type: doubble, min: 0, enum: [a]}")[1]) == 1
