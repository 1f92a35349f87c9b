"""Laws of parameters."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from interlock.language import load_documents
from interlock.language.expression import parse, print_expression
from interlock.language.params import read_parameters

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
TYPED = st.one_of(
    st.tuples(st.just("string"), TEXTS),
    st.tuples(st.just("int"), NUMBERS),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("list<int>"), st.lists(NUMBERS, min_size=1, max_size=3)),
    st.tuples(st.just("list<string>"), st.lists(TEXTS, min_size=1, max_size=3)),
    st.tuples(st.just("duration"), st.integers(1, 10**9).map(lambda ms: f"{ms}ms")),
)


def inline(value: object) -> str:
    """Return what an author would write instead of the parameter."""
    return json.dumps(value, ensure_ascii=False)


@given(TYPED)
def test_reading_a_parameter_is_writing_its_value_there(typed):
    """settled("x == params.p") == parse("x == <value>")"""
    kind, value = typed
    text = json.dumps({"params": {"p": {"type": kind, "default": value}}}, ensure_ascii=False)
    (document,) = load_documents(f"interlock: params/v1\n{text[1:-1]}\n", "p")

    settled = read_parameters([document]).parameters.settled(parse("x == params.p"))

    assert document.diagnostics == []
    if kind != "duration":
        assert settled == parse(f"x == {inline(value)}")
    assert parse(print_expression(settled)) == settled
