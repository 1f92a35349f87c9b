"""Random packs of rules, random facts for them, and the plainest evaluator there can be."""

from __future__ import annotations

from hypothesis import strategies as st

from interlock.language.values import BOOL, INT, STRING, TIMESTAMP, UNKNOWN, double, list_of
from interlock.rules.model import Evaluation, FactRow
from interlock.rules.network import (
    Comparison,
    ElementKind,
    Join,
    Operator,
    Pack,
    Pattern,
    Predicate,
    Produced,
    Residual,
    Rule,
)

TYPES = ("alert", "deploy", "host")
FIELDS = {
    "count": INT,
    "size": INT,
    "ratio": double(3),
    "at": TIMESTAMP,
    "service": STRING,
    "owner": STRING,
    "urgent": BOOL,
    "tags": list_of(STRING),
}
# Texts that have broken parsers, hashes or comparisons of the engine, and a few that are plain.
TEXTS = [
    "", "u", "v", "1", "true", "null", 'a"b', "c\\", "é", "\n", "\x00", "liquid", "costarring",
    '","k":2,"x":"', "}", "x" * 300, "prod", "prod" + "A" * 65_536,
]  # fmt: skip
VALUES = {
    "count": st.integers(-2, 2),
    "size": st.integers(-2, 2) | st.sampled_from([2**53 - 1, 1 - 2**53]),
    "ratio": st.integers(-2, 2),
    "at": st.integers(0, 3),
    "service": st.sampled_from(TEXTS),
    "owner": st.sampled_from(["u", "v", "1", "true", "prod"]),
    "urgent": st.booleans(),
    "tags": st.lists(st.sampled_from(["u", "v"]), max_size=2).map(tuple),
}
EQUALITY = [Operator.EQ, Operator.NE]
ORDER = [Operator.LT, Operator.LE, Operator.GT, Operator.GE]


@st.composite
def comparisons(draw) -> Comparison:
    """A comparison of a field with a constant, also those the engine is not trusted with."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    choices = [*EQUALITY, Operator.IN] + ([] if name in {"urgent", "tags"} else ORDER)
    operator = draw(st.sampled_from(choices))
    constant = draw(
        st.lists(VALUES[name], max_size=3).map(tuple) if operator is Operator.IN else VALUES[name]
    )
    return Comparison(name, operator, constant, FIELDS[name], f"{name} {operator} {constant!r}")


@st.composite
def joins(draw, aliases: list[str]) -> Join:
    """A join to an earlier pattern, also those the engine is not trusted with."""
    kind = draw(st.sampled_from(["number", "service", "urgent", "tags", "at"]))
    own, other = {
        "number": ("count", "size"),
        "service": ("service", "owner"),
        "urgent": ("urgent", "urgent"),
        "tags": ("tags", "tags"),
        "at": ("at", "at"),
    }[kind]
    if draw(st.booleans()):
        own, other = other, own
    operator = draw(st.sampled_from(EQUALITY + ([] if kind in {"urgent", "tags"} else ORDER)))
    alias = draw(st.sampled_from(aliases))
    return Join(own, operator, alias, other, FIELDS[own], f"{own} {operator} {alias}.{other}")


@st.composite
def residuals(draw, aliases: list[str]) -> Residual:
    """A sum over two elements; unknown when a term is missing."""
    alias, limit = draw(st.sampled_from(aliases)), draw(st.integers(-2, 2))

    def test(row, env):
        if "count" not in row or "count" not in env[alias]:
            return UNKNOWN
        return row["count"] + env[alias]["count"] > limit

    return Residual((alias,), f"count + {alias}.count > {limit}", test)


@st.composite
def predicates(draw) -> Predicate:
    """A test of one element that only the language can make."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    return Predicate(f"has({name})", lambda row, env: name in row)


@st.composite
def rules(draw, number: int) -> Rule:
    """A rule of one to four patterns."""
    aliases: list[str] = []
    patterns = []
    for place in range(draw(st.sampled_from([1, 2, 2, 2, 3, 3, 4]))):
        few = {"max_size": 2 if aliases else 0}
        patterns.append(
            Pattern(
                alias=f"alias {place}",
                kind=ElementKind.SIGNAL,
                type=draw(st.sampled_from(TYPES)),
                comparisons=tuple(draw(st.lists(comparisons(), max_size=2))),
                predicates=tuple(draw(st.lists(predicates(), max_size=1))),
                joins=tuple(draw(st.lists(joins(aliases or ["-"]), **few))),
                residuals=tuple(
                    draw(st.lists(residuals(aliases or ["-"]), max_size=min(1, few["max_size"])))
                ),
            )
        )
        aliases.append(f"alias {place}")
    return rule(f"rule {number}", *patterns)


def rule(name: str, *patterns: Pattern) -> Rule:
    """A rule of which only id and patterns matter."""
    return Rule(
        id=name,
        patterns=patterns,
        negations=(),
        consequences=(),
        why=Produced("", STRING, lambda row, env: ""),
        salience=0,
        exclusive=None,
        shadow=False,
        stratum=0,
        title=name,
        owner=None,
        severity=None,
        risk=None,
        runbook_url=None,
        path="rules.yaml",
        line=1,
    )


@st.composite
def packs(draw) -> Pack:
    """A pack of up to six rules."""
    return Pack("pack-0", tuple(draw(rules(number)) for number in range(draw(st.integers(1, 6)))))


@st.composite
def facts(draw, number: int) -> FactRow:
    """An element; any of its fields may be missing."""
    present = draw(st.lists(st.sampled_from(sorted(FIELDS)), unique=True, min_size=2).map(sorted))
    fields = {name: draw(VALUES[name]) for name in present}
    return FactRow(f"s{number}", draw(st.sampled_from(TYPES)), fields)


def evaluations(pack: Pack, rows: list[FactRow]) -> list[Evaluation]:
    """One evaluation for each fact in turn as the focus, with the matches that are right."""
    read = {pattern.type for one in pack.rules for pattern in one.patterns}
    rows = [row for row in rows if row.type in read]
    return [
        Evaluation(position, pack.id, tuple(rows), focus.id, naive_matches(pack, rows, focus))
        for position, focus in enumerate(rows)
    ]


def naive_matches(pack: Pack, rows: list[FactRow], focus: FactRow) -> tuple:
    """All matches with the focus in them, by nested loops."""
    found = set()
    for one in pack.rules:
        for chosen in _chosen(one, rows, ()):
            if focus in chosen:
                found.add((one.id, tuple(fact.id for fact in chosen)))
    return tuple(sorted(found))


def _chosen(one: Rule, rows: list[FactRow], before: tuple[FactRow, ...]):
    """Every way to go on from facts that meet the rule's first patterns."""
    if len(before) == len(one.patterns):
        yield before
        return
    env = {p.alias: fact.fields for p, fact in zip(one.patterns, before, strict=False)}
    for fact in rows:
        if fact not in before and _meets(one.patterns[len(before)], fact, env):
            yield from _chosen(one, rows, (*before, fact))


def _meets(pattern: Pattern, fact: FactRow, env: dict) -> bool:
    row = fact.fields
    return (
        fact.type == pattern.type
        and all(compare(t.operator, row.get(t.field), t.constant) for t in pattern.comparisons)
        and all(t.test(row, {}) is True for t in pattern.predicates)
        and all(
            compare(t.operator, row.get(t.field), env[t.alias].get(t.other)) for t in pattern.joins
        )
        and all(t.test(row, env) is True for t in pattern.residuals)
    )


def compare(operator: Operator, left, right) -> bool:
    """What an operator means; never true of something missing."""
    if left is None or right is None:
        return False
    return {
        Operator.EQ: lambda: left == right,
        Operator.NE: lambda: left != right,
        Operator.LT: lambda: left < right,
        Operator.LE: lambda: left <= right,
        Operator.GT: lambda: left > right,
        Operator.GE: lambda: left >= right,
        Operator.IN: lambda: left in right,
    }[operator]()
