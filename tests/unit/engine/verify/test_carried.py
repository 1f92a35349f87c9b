"""Which texts a template can carry into what it makes."""

from __future__ import annotations

import pytest

from interlock.engine.verify.carried import carried


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("${service}", {("", "service")}),
        ("a ${err.service} b", {("err", "service")}),
        ('${err.service + "-" + zone}', {("err", "service"), ("", "zone")}),
        ("${string(err.service)}", {("err", "service")}),
        ("${err.tags[0]}", {("err", "tags")}),
        ("${[a, b]}", {("", "a"), ("", "b")}),
        ('${x == "a" ? y : z}', {("", "y"), ("", "z")}),
        (["${a}", "b", "${c}"], {("", "a"), ("", "c")}),
    ],
)
def test_what_is_read_into_a_value_is_carried(value: object, fields: set[object]) -> None:
    assert carried(value) == fields


@pytest.mark.parametrize(
    "value", ["plain", '${x == "a" ? "b" : "c"}', "${size(x)}", "${x.size() > 3}", 5, True, "${"]
)
def test_what_is_only_asked_about_is_not_carried(value: object) -> None:
    assert carried(value) == frozenset()
