"""The meaning of an expression, written as plainly as possible: the oracle of the compiler.

Numbers are ``fractions.Fraction``; every part is evaluated, whether it is needed or not, and
``&&`` and ``||`` are Kleene's tables.  Nothing here is shared with the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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
    Select,
    Unary,
)
from interlock.language.values import UNKNOWN, Kind, parse_duration, parse_timestamp
from tests.property.language_strategies import FIELDS

LIMIT = 2**53 - 1


@dataclass(frozen=True, order=True)
class Time:
    """A duration or timestamp in milliseconds."""

    ms: int


def plain(value, type_):
    """Return a runtime value as the oracle sees it."""
    if value is UNKNOWN:
        return UNKNOWN
    match type_.kind:
        case Kind.DOUBLE:
            return Fraction(value, 10**type_.scale)
        case Kind.TIMESTAMP | Kind.DURATION:
            return Time(value)
        case Kind.LIST:
            return tuple(plain(item, type_.item) for item in value)
        case _:
            return value


def evaluate(node, row, env):  # noqa: C901, PLR0911, PLR0912  # a table of meanings
    """Return what an expression means."""
    match node:
        case Literal():
            return plain(node.value, node.type)
        case Name(name="tag" | "load" as item):
            return row[item]
        case Name(name=name):
            return plain(row.get(name, UNKNOWN), FIELDS[name].type)
        case Quantifier():
            return quantified(node, row, env)
        case Select(field=name):
            return evaluate(Name(0, 0, name), env["err"], env)
        case Call(function="has", arguments=(Name(name=name),)):
            return name in row
        case Call(function="has", arguments=(Select(field=name),)):
            return name in env["err"]
        case Logical(operator="&&"):
            return conjunction([evaluate(one, row, env) for one in node.operands])
        case Logical(operator="||"):
            parts = [evaluate(one, row, env) for one in node.operands]
            return negation(conjunction([negation(part) for part in parts]))
        case Conditional():
            test = evaluate(node.test, row, env)
            then, otherwise = evaluate(node.then, row, env), evaluate(node.otherwise, row, env)
            return UNKNOWN if test is UNKNOWN else then if test else otherwise
        case Binary(operator="in"):
            return membership(node, row, env)
        case _:
            return strict(node, row, env)


def conjunction(parts):
    if False in parts:
        return False
    return UNKNOWN if UNKNOWN in parts else True


def negation(truth):
    return UNKNOWN if truth is UNKNOWN else not truth


def quantified(node, row, env):
    items = evaluate(node.operand, row, env)
    if items is UNKNOWN:
        return UNKNOWN
    truths = [evaluate(node.test, {**row, node.item: item}, env) for item in items]
    if node.quantifier == "all":
        return conjunction(truths)
    return negation(conjunction([negation(truth) for truth in truths]))


def membership(node, row, env):
    value = evaluate(node.left, row, env)
    if isinstance(node.right, ListLiteral):
        items = [evaluate(one, row, env) for one in node.right.items]
    else:
        items = evaluate(node.right, row, env)
    if items is UNKNOWN:
        return UNKNOWN
    equal = [UNKNOWN if UNKNOWN in (value, item) else value == item for item in items]
    return negation(conjunction([negation(one) for one in equal]))


def strict(node, row, env):  # noqa: C901, PLR0912  # a table of meanings
    """Return what is UNKNOWN as soon as one part is."""
    match node:
        case Unary(operand=operand):
            parts = [operand]
        case Binary():
            parts = [node.left, node.right]
        case Index():
            parts = [node.operand, node.index]
        case ListLiteral():
            parts = list(node.items)
        case Call():
            parts = [one for one in (node.receiver, *node.arguments) if one is not None]
    values = [evaluate(one, row, env) for one in parts]
    if UNKNOWN in values:
        return UNKNOWN
    match node:
        case Unary(operator="!"):
            return not values[0]
        case Unary():
            return -values[0]
        case Index():
            return look_up(*values)
        case ListLiteral():
            return tuple(values)
        case Call():
            return called(node.function, values)
    return OPERATORS[node.operator](*values)


def look_up(items, place):
    return items[place] if 0 <= place < len(items) else UNKNOWN


def called(function, values):
    match function:
        case "size":
            return len(values[0])
        case "startsWith":
            return values[0][: len(values[1])] == values[1]
        case "endsWith":
            return values[1] == "" or values[0][-len(values[1]) :] == values[1]
        case "contains":
            return values[0].find(values[1]) >= 0
        case "duration":
            return Time(parse_duration(values[0]))
        case "timestamp":
            return Time(parse_timestamp(values[0]))


def plus(a, b):
    return Time(a.ms + b.ms) if isinstance(a, Time) else a + b


def minus(a, b):
    return Time(a.ms - b.ms) if isinstance(a, Time) else a - b


def divide(a, b):
    if b == 0:
        return UNKNOWN
    if isinstance(a, int) and isinstance(b, int):
        return truncated(Fraction(a, b))
    return Fraction(truncated(Fraction(a) / Fraction(b) * 10**6), 10**6)


def remainder(a, b):
    return UNKNOWN if b == 0 else a - b * truncated(Fraction(a, b))


def truncated(number):
    return abs(number.numerator) // number.denominator * (1 if number >= 0 else -1)


OPERATORS = {
    "+": plus,
    "-": minus,
    "*": lambda a, b: a * b,
    "/": divide,
    "%": remainder,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
