"""Shape faults in our own words, at their places; and models that take values as written."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Discriminator, Tag, ValidationError, field_validator, model_validator
from pydantic import Field as Key

from interlock.language import (
    Definition,
    Duration,
    ExpressionList,
    FieldName,
    Identifier,
    SignalName,
    TemplateText,
    by_key,
    fault,
    load_documents,
    ordered,
    validate,
)


class Walk(Definition):
    walk: str


class Ride(Definition):
    ride: str
    fast: bool = False


class Trip(Definition):
    interlock: Literal["trip/v1"]
    id: Identifier = "trip"
    kind: Literal["long", "short"] = "long"
    count: int = 0
    sure: bool = False
    wait: Duration = 0
    where: ExpressionList = ()
    why: TemplateText = "because"
    values: dict[FieldName, int] = Key(default_factory=dict)
    steps: tuple[
        Annotated[
            Annotated[Walk, Tag("~walk")] | Annotated[Ride, Tag("~ride")],
            by_key("a step", "walk", "ride"),
        ],
        ...,
    ] = ()
    limit: int = Key(1, ge=1)
    from_: str | None = Key(None, alias="from")

    @field_validator("limit")
    @classmethod
    def _even(cls, value: int) -> int:
        if value == 13:
            raise fault("RV299", "no {13} here", "take 12")
        if value == 14:
            raise ValueError("not 14 either")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Trip:
        if self.count > 9:
            raise fault("RV298", "too many")
        return self


def read(content):
    [document] = load_documents("interlock: trip/v1\n" + content, "f.yaml")
    return validate(Trip, document), [str(one) for one in ordered(document.diagnostics)]


def faults(content):
    model, found = read(content)
    assert model is None
    return found


def test_a_clean_document_becomes_a_frozen_model():
    model, found = read(
        "wait: 1h30m\nwhere: a > 1\nfrom: x\nvalues: {x: 1}\n"
        "steps: [{walk: a}, {ride: b, fast: true}]"
    )

    assert found == []
    assert (model.wait, model.where, model.from_) == (5_400_000, ("a > 1",), "x")
    assert model.steps == (Walk(walk="a"), Ride(ride="b", fast=True))
    with pytest.raises(ValidationError, match="frozen"):
        model.wait = 1


def test_extension_keys_are_ignored_at_every_level():
    assert read("x-note: 1\nsteps: [{walk: a, x-y: {z: 1}}]")[1] == []


@pytest.mark.parametrize(
    ("content", "fault_text"),
    [
        ("idd: a", "2:1: error [RV112] unknown key 'idd' (did you mean 'id'?)"),
        ("form: a", "2:1: error [RV112] unknown key 'form' (did you mean 'from'?)"),
        (
            "steps:\n- {walk: a, fast: true}",
            "3:13: error [RV112] unknown key 'fast' (allowed: walk)",
        ),
        ("steps: [{fly: a}]", "2:9: error [RV110] a step needs one of: walk, ride"),
        ("steps: [5]", "2:9: error [RV110] a step needs one of: walk, ride"),
        ("steps: [{ride: 5}]", '2:16: error [RV110] expected text, found 5 (quote it: "5")'),
        ("steps: {}", "2:8: error [RV110] expected a list, found a mapping of nothing"),
        ("values: [1]", "2:9: error [RV110] expected a mapping, found a list"),
        (
            "kind: lng",
            "2:7: error [RV113] expected one of long, short, found 'lng' (did you mean 'long'?)",
        ),
        ('count: "5"', "2:8: error [RV110] expected a whole number, found '5'"),
        ("count: 1.5", "2:8: error [RV110] expected a whole number, found 1.5"),
        ("count: true", "2:8: error [RV110] expected a whole number, found true"),
        ("count:", "2:7: error [RV110] expected a whole number, found nothing"),
        ("sure: yes", "2:7: error [RV110] expected true or false, found 'yes'"),
        ("sure: 1", "2:7: error [RV110] expected true or false, found 1"),
        ("limit: 0", "2:8: error [RV110] value should be greater than or equal to 1"),
        ("limit: 13", "2:8: error [RV299] no {13} here (take 12)"),
        ("limit: 14", "2:8: error [RV110] not 14 either"),
        ("count: 10", "1:1: error [RV298] too many"),
        (
            "wait: 300",
            "2:7: error [RV120] expected a duration such as 5m (write 300s)",
        ),
        ("wait: true", "2:7: error [RV120] expected a duration such as 5m"),
        (
            "wait: 5x",
            "2:7: error [RV120] '5x' is not a duration; write for example 90s, 5m or 1h30m",
        ),
        (
            "id: Bad Id",
            "2:5: error [RV121] 'Bad Id' is not an id (lower-case words joined by . - or _)",
        ),
        (
            "values: {a-b: 1}",
            (
                "2:10: error [RV121] 'a-b' is not a name that expressions can read"
                " (letters, digits and _, no digit first)"
            ),
        ),
        (
            f"id: {'a' * 101}",
            "2:5: error [RV121] an id has at most 100 characters, found 101",
        ),
        (
            f"values: {{{'a' * 65}: 1}}",
            "2:10: error [RV121] a name has at most 64 characters, found 65",
        ),
        (
            "values: {now: 1}",
            "2:10: error [RV121] 'now' is a word of the expression language (name it otherwise)",
        ),
        ("where: ['']", "2:9: error [RV110] string should have at least 1 character"),
    ],
)
def test_a_shape_fault_is_told_at_its_place(content, fault_text):
    assert faults(content) == [f"f.yaml:{fault_text}"]


def test_all_faults_are_told_at_once():
    assert [one.split()[2] for one in faults("idd: a\ncount: x\nsteps: [{}]\nkind: 5")] == [
        "[RV112]",
        "[RV110]",
        "[RV110]",
        "[RV113]",
    ]


def test_a_missing_key_is_told_at_what_lacks_it():
    class Whole(Definition):
        interlock: str
        inner: Walk

    [document] = load_documents("interlock: a/v1\ninner: {}\n", "f.yaml")

    assert validate(Whole, document) is None
    assert [str(one) for one in document.diagnostics] == [
        "f.yaml:2:8: error [RV111] missing key 'walk'"
    ]


def test_a_union_without_words_of_its_own_shows_what_was_found():
    class Whole(Definition):
        interlock: str
        step: Annotated[
            Annotated[Walk, Tag("~walk")] | Annotated[Ride, Tag("~ride")],
            Discriminator(lambda value: None),
        ]

    [document] = load_documents("interlock: a/v1\nstep: {fly: 1}\n", "f.yaml")

    assert validate(Whole, document) is None
    assert [str(one) for one in document.diagnostics] == [
        "f.yaml:2:7: error [RV110] cannot tell what this is, a mapping of fly"
    ]


def test_a_document_that_is_no_mapping_fits_no_model():
    [document] = load_documents("- a", "f.yaml")

    assert validate(Trip, document) is None
    assert [one.code for one in document.diagnostics] == ["RV101", "RV110"]


def test_broken_yaml_is_not_reported_twice():
    [document] = load_documents("[", "f.yaml")

    assert validate(Trip, document) is None
    assert [one.code for one in document.diagnostics] == ["RV001"]


class Heard(Definition):
    interlock: str
    signals: tuple[SignalName, ...]


@pytest.mark.parametrize("name", ["site.probe", "KubePodCrashLooping", "Site_5xx", "job:up:sum"])
def test_a_signal_is_called_what_its_sender_calls_it(name):
    [document] = load_documents(f"interlock: a/v1\nsignals: ['{name}']\n", "f.yaml")

    assert validate(Heard, document) == Heard(interlock="a/v1", signals=(name,))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Site Down", "'Site Down' is not the name of a signal"),
        ("site..probe", "'site..probe' is not the name of a signal"),
        ("5xx", "'5xx' is not the name of a signal"),
        ("Größe", "'Größe' is not the name of a signal"),
        ("a" * 101, "a name has at most 100 characters, found 101"),
    ],
)
def test_a_name_that_cannot_be_a_signals_is_told(name, message):
    [document] = load_documents(f"interlock: a/v1\nsignals: ['{name}']\n", "f.yaml")

    assert validate(Heard, document) is None
    [fault_found] = map(str, document.diagnostics)
    assert fault_found.startswith(f"f.yaml:2:11: error [RV121] {message}")
