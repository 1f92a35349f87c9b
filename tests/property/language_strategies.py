"""Random expressions of a given type, and rows to evaluate them on.

Expressions are built as trees, so every one is well-typed; fields have no enum or range, so none
is refused for its constants; optional fields are known to the scope, so none for its reads.
"""

from __future__ import annotations

from hypothesis import strategies as st

from interlock.language.expression import (
    Binary,
    Call,
    Conditional,
    Index,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Quantifier,
    Scope,
    Select,
    Unary,
)
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Field,
    double,
    list_of,
)

WORDS = ("", "a", "ab", "b", "é", '"\\\n')

FIELDS = {
    "s": Field(STRING),
    "t": Field(STRING, optional=True),
    "n": Field(INT),
    "m": Field(INT, optional=True),
    "x": Field(double()),
    "y": Field(double(2), optional=True),
    "ok": Field(BOOL),
    "up": Field(BOOL, optional=True),
    "at": Field(TIMESTAMP),
    "took": Field(DURATION),
    "tags": Field(list_of(STRING)),
    "loads": Field(list_of(double(1)), optional=True),
}
"""Fields of every kind, some optional."""

BINDINGS = {"err": FIELDS}

PRESENT = frozenset(
    (alias, name) for alias in ("", "err") for name, field in FIELDS.items() if field.optional
)

SCOPE = Scope(FIELDS, BINDINGS, PRESENT)

_VALUES = {
    "s": st.sampled_from(WORDS),
    "t": st.sampled_from(WORDS),
    "n": st.integers(-5, 5),
    "m": st.integers(-5, 5),
    "x": st.integers(-5, 5).map(lambda n: n * 500_000),
    "y": st.integers(-500, 500),
    "ok": st.booleans(),
    "up": st.booleans(),
    "at": st.integers(0, 5).map(lambda n: n * 60_000),
    "took": st.integers(0, 5).map(lambda n: n * 60_000),
    "tags": st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
    "loads": st.lists(st.integers(-50, 50), max_size=3).map(tuple),
}

rows = st.fixed_dictionaries(
    {name: _VALUES[name] for name, field in FIELDS.items() if not field.optional},
    optional={name: _VALUES[name] for name, field in FIELDS.items() if field.optional},
)
"""Rows of the fields, in runtime units; optional ones may be absent."""

environments = st.fixed_dictionaries({"err": rows})


def reads(*names):
    """A read of one of the named fields, of this element or of ``err``."""
    bare = st.sampled_from(names).map(lambda name: Name(0, 0, name))
    dotted = st.sampled_from(names).map(lambda name: Select(0, 0, Name(0, 0, "err"), name))
    return bare | dotted


def literal(type_, value):
    return Literal(0, 0, type_, value)


_texts = st.sampled_from(WORDS).map(lambda text: literal(STRING, text))
_ints = st.integers(-9, 9).map(lambda number: literal(INT, number))
_decimals = (
    st.tuples(st.integers(-99, 99), st.integers(1, 8))
    .map(lambda pair: literal(double(pair[1]), pair[0]))
    .filter(lambda node: node.value % 10 or node.type.scale == 1)
)
_bools = st.booleans().map(lambda truth: literal(BOOL, truth))
_durations = st.sampled_from(["0s", "1m", "1m30s", "90ms"]).map(
    lambda text: Call(0, 0, "duration", None, (literal(STRING, text),))
)
_timestamps = st.sampled_from(["1970-01-01T00:02:00Z", "2026-03-02T09:00:00.5Z"]).map(
    lambda text: Call(0, 0, "timestamp", None, (literal(STRING, text),))
)


def _binary(operators, left, right):
    return st.builds(
        lambda operator, a, b: Binary(0, 0, operator, a, b), st.sampled_from(operators), left, right
    )


def _negated(operands):
    """A minus sign; on a number it makes a literal, as in the parser."""

    def negate(operand):
        if isinstance(operand, Literal):
            return literal(operand.type, -operand.value)
        return Unary(0, 0, "-", operand)

    return operands.map(negate)


def _chosen(depth, branches):
    return st.builds(lambda a, b, c: Conditional(0, 0, a, b, c), _plain(depth), branches, branches)


def texts(depth):
    leaf = _texts | reads("s", "t")
    if depth == 0:
        return leaf
    index = st.builds(lambda a, b: Index(0, 0, a, b), reads("tags"), ints(depth - 1))
    below = texts(depth - 1)
    return leaf | _binary(["+"], below, below) | index | _chosen(depth - 1, below)


def ints(depth):
    leaf = _ints | reads("n", "m")
    if depth == 0:
        return leaf
    below = ints(depth - 1)
    size = (texts(depth - 1) | reads("tags")).map(lambda one: Call(0, 0, "size", None, (one,)))
    return (
        leaf
        | _binary(["+", "-", "*", "/", "%"], below, below)
        | size
        | _negated(below)
        | _chosen(depth - 1, below)
    )


def decimals(depth):
    leaf = _decimals | reads("x", "y")
    if depth == 0:
        return leaf
    either = numbers(depth - 1)
    below = decimals(depth - 1)
    index = st.builds(lambda a, b: Index(0, 0, a, b), reads("loads"), ints(depth - 1))
    return (
        leaf
        | _binary(["+", "-", "*", "/"], below, either)
        | _binary(["+", "-", "*", "/"], either, below)
        | index
        | _negated(below)
        | _chosen(depth - 1, either)
    )


def numbers(depth):
    return ints(depth) | decimals(depth)


def durations(depth):
    leaf = _durations | reads("took")
    if depth == 0:
        return leaf
    below, moments = durations(depth - 1), timestamps(depth - 1)
    return leaf | _binary(["+", "-"], below, below) | _binary(["-"], moments, moments)


def timestamps(depth):
    leaf = _timestamps | reads("at")
    if depth == 0:
        return leaf
    return leaf | _binary(["+", "-"], timestamps(depth - 1), durations(depth - 1))


def _listed(items):
    return st.lists(items, min_size=1, max_size=4).map(lambda one: ListLiteral(0, 0, tuple(one)))


def _membership(depth):
    among_texts = _listed(texts(depth)) | reads("tags")
    among_numbers = _listed(numbers(depth)) | reads("loads")
    return _binary(["in"], texts(depth), among_texts) | _binary(
        ["in"], numbers(depth), among_numbers
    )


def _method(name, receivers, arguments):
    return st.builds(lambda a, b: Call(0, 0, name, a, (b,)), receivers, arguments)


def _logical(operator, operands):
    def flat(parts):
        inner = []
        for part in parts:
            same = isinstance(part, Logical) and part.operator == operator
            inner.extend(part.operands if same else (part,))
        return Logical(0, 0, operator, tuple(inner))

    return st.lists(operands, min_size=2, max_size=3).map(flat)


def _quantified(depth):
    """``exists`` and ``all`` over either list; their tests hold no other."""
    word, tag, load = st.sampled_from(["exists", "all"]), Name(0, 0, "tag"), Name(0, 0, "load")
    beside = _plain(depth)

    def tests(about):
        return about | _logical("&&", about | beside) | _logical("||", about | beside)

    words = _binary(["==", "!=", "<"], st.just(tag), texts(depth))
    sizes = _binary(["==", ">"], st.just(Call(0, 0, "size", tag, ())), ints(depth))
    ratios = _binary(["<", ">="], _binary(["/", "+"], numbers(depth), st.just(load)), _decimals)

    def over(field, item, test):
        return st.builds(
            lambda word, read, test: Quantifier(0, 0, word, read, item, test),
            word,
            reads(field),
            test,
        )

    return over("tags", "tag", tests(words | sizes)) | over("loads", "load", tests(ratios))


def bools(depth):
    """Conditions: comparisons, membership, logic, ``has``, string tests, quantifiers."""
    if depth == 0:
        return _plain(depth)
    below = bools(depth - 1)
    return (
        _plain(depth)
        | _quantified(depth - 1)
        | below.map(lambda one: Unary(0, 0, "!", one))
        | _logical("&&", below)
        | _logical("||", below)
    )


def _plain(depth):
    """Conditions that hold no quantifier."""
    asked = reads("t", "m", "y", "up", "loads").map(lambda one: Call(0, 0, "has", None, (one,)))
    leaf = _bools | reads("ok", "up") | asked
    if depth == 0:
        return leaf
    compare = ["==", "!=", "<", "<=", ">", ">="]
    below, words = _plain(depth - 1), texts(depth - 1)
    return (
        leaf
        | _binary(compare, numbers(depth - 1), numbers(depth - 1))
        | _binary(compare, words, words)
        | _binary(compare, durations(depth - 1), durations(depth - 1))
        | _binary(compare, timestamps(depth - 1), timestamps(depth - 1))
        | _binary(["==", "!="], below, below)
        | _membership(depth - 1)
        | _method("startsWith", words, words)
        | _method("endsWith", words, words)
        | _method("contains", words, words)
        | below.map(lambda one: Unary(0, 0, "!", one))
        | _logical("&&", below)
        | _logical("||", below)
        | _chosen(depth - 1, below)
    )


conditions = bools(3)
"""Well-typed conditions over ``SCOPE``."""

expressions = st.one_of(
    bools(2), texts(2), numbers(3), durations(2), timestamps(2), _listed(numbers(1))
)
"""Well-typed expressions of any type over ``SCOPE``."""

fragments = st.lists(
    st.sampled_from(
        [
            *"()[]!-+*/%<>?:.,=&|$\"'\\{} \n",
            *("&&", "||", "==", "!=", "<=", "in", "has", "and", "not", "now", "null", "true"),
            *("s", "err", "n", "1", "0.5", "1e9", '"a"', "duration", "size", "${", "99999999999"),
        ]
    ),
    max_size=30,
).map("".join)
"""Texts made of the language's own pieces, seldom correct."""
