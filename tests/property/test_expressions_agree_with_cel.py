"""The compiler against Google's CEL, on the subset where both languages mean the same.

Left out, because CEL differs on purpose or by limits of its Python wrapper: decimal arithmetic
(CEL's is IEEE), membership in lists that hold an unknown (CEL fails, we ask each item), and times.
"""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.language.expression import (
    Binary,
    Call,
    Conditional,
    ListLiteral,
    Logical,
    Name,
    Quantifier,
    Select,
    Unary,
    compile_expression,
    print_expression,
)
from interlock.language.values import BOOL, INT, STRING, UNKNOWN, Kind, double
from tests.property import language_strategies as language

cel = pytest.importorskip(
    "cel_expr_python.cel", reason="CEL IS NOT INSTALLED: the differential test did not run"
)

ENVIRONMENT = cel.NewEnv(variables={"self": cel.Type.DYN, "err": cel.Type.DYN})
COMPARE = ("==", "!=", "<", "<=", ">", ">=")

words = st.sampled_from(language.WORDS).map(lambda text: language.literal(STRING, text))
texts = words | language.reads("s", "t")
decimals = language.reads("x", "y") | st.integers(-99, 99).filter(lambda n: n % 10).map(
    lambda units: language.literal(double(1), units)
)


def ints(depth):
    leaf = language.reads("n", "m") | st.integers(-9, 9).map(lambda n: language.literal(INT, n))
    if depth == 0:
        return leaf
    below = ints(depth - 1)
    sums = st.builds(
        lambda operator, a, b: Binary(0, 0, operator, a, b), st.sampled_from("+-*/%"), below, below
    )
    return leaf | sums | texts.map(lambda one: Call(0, 0, "size", one, ()))


def compared(operands):
    return st.builds(
        lambda operator, a, b: Binary(0, 0, operator, a, b),
        st.sampled_from(COMPARE),
        operands,
        operands,
    )


def bools(depth):
    asked = language.reads("t", "m", "y").map(lambda one: Call(0, 0, "has", None, (one,)))
    leaf = language.reads("ok", "up") | asked
    if depth == 0:
        return leaf
    below = bools(depth - 1)
    listed = st.lists(words, min_size=1, max_size=3).map(
        lambda items: ListLiteral(0, 0, tuple(items))
    )
    return (
        leaf
        | compared(ints(depth - 1))
        | compared(decimals)
        | compared(texts)
        | st.builds(lambda a, b: Binary(0, 0, "in", a, b), texts, listed)
        | st.builds(
            lambda name, a, b: Call(0, 0, name, a, (b,)),
            st.sampled_from(("startsWith", "endsWith", "contains")),
            texts,
            texts,
        )
        | below.map(lambda one: Unary(0, 0, "!", one))
        | st.builds(
            lambda operator, a, b: Logical(0, 0, operator, (a, b)),
            st.sampled_from(("&&", "||")),
            below,
            below,
        )
        | st.builds(lambda a, b, c: Conditional(0, 0, a, b, c), below, below, below)
    )


def quantified(depth):
    tag = Name(0, 0, "tag")
    about = compared(st.just(tag) | texts) | compared(
        st.just(Call(0, 0, "size", tag, ())) | ints(depth)
    )
    test = about | st.builds(
        lambda operator, a, b: Logical(0, 0, operator, (a, b)),
        st.sampled_from(("&&", "||")),
        about,
        about,
    )
    word = st.sampled_from(("exists", "all"))
    return st.builds(
        lambda word, read, test: Quantifier(0, 0, word, read, "tag", test),
        word,
        language.reads("tags"),
        test,
    )


def in_cel(node):
    """Return the tree as CEL has it: bare fields are fields of ``self``, ``tag`` is an item."""
    if isinstance(node, Name) and node.name == "tag":
        return node
    if isinstance(node, Name):
        return Select(0, 0, Name(0, 0, "self"), node.name)
    if isinstance(node, Select):
        return node
    changed = {
        field.name: _in_cel(getattr(node, field.name))
        for field in dataclasses.fields(node)
        if field.name not in {"start", "end"}
    }
    # CEL takes no bare conditional between ? and :; a double negation stands in for brackets.
    if isinstance(node, Conditional) and isinstance(node.then, Conditional):
        changed["then"] = Unary(0, 0, "!", Unary(0, 0, "!", changed["then"]))
    return dataclasses.replace(node, **changed)


def _in_cel(part):
    if isinstance(part, tuple):
        return tuple(in_cel(one) for one in part)
    return in_cel(part) if dataclasses.is_dataclass(part) and hasattr(part, "start") else part


def as_cel(row):
    """Return a row as CEL has it: exact decimals become the nearest floats."""
    fields = {name: language.FIELDS[name].type for name in row}
    plain = {
        name: row[name] / 10**type_.scale if type_.kind is Kind.DOUBLE else row[name]
        for name, type_ in fields.items()
        if type_.kind in {Kind.STRING, Kind.INT, Kind.DOUBLE, BOOL.kind}
    }
    return {**plain, "tags": list(row.get("tags", ()))}


def answer(text, row, env):
    """Return what CEL says; its errors are our UNKNOWN."""
    data = {"self": as_cel(row), "err": as_cel(env["err"])}
    found = ENVIRONMENT.compile(text, disable_check=True).eval(data=data)
    return found.value() if found.type() == cel.Type.BOOL else UNKNOWN


@given(bools(3) | quantified(1), language.rows, language.environments)
def test_a_condition_means_what_cel_says(node, row, env):
    """For every condition c of the common subset and row r: compile(c)(r) == cel(c, r)."""
    expected = answer(print_expression(in_cel(node)), row, env)

    assert compile_expression(node, language.SCOPE)(row, env) is expected


def test_cel_fails_where_we_say_unknown():
    """Negative control: the oracle's errors are seen, not swallowed into false."""
    assert answer("self.n / 0 == 1", {"n": 1}, {"err": {}}) is UNKNOWN
