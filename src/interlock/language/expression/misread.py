"""What the parser refuses, in words: where, what was found, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.lexer import Token

_FOREIGN_WORDS: Final[Mapping[str, str]] = {
    "and": "write &&",
    "or": "write ||",
    "not": "write !",
    "is": "write ==",
    "like": 'write x.matches("…")',
    **{word: f'write x.{word}("…")' for word in ("contains", "matches", "startsWith", "endsWith")},
}


def too_long(token: Token) -> ExpressionError:
    """Return that a number has too many digits."""
    return ExpressionError("number has more than 15 digits", token.start, token.end)


def too_deep(start: int, end: int, most: int) -> ExpressionError:
    """Return that an expression nests too deep."""
    message = f"expression is nested more than {most} levels deep"
    return ExpressionError(message, start, end, "RE102")


def chained(token: Token) -> ExpressionError:
    """Return that one comparison follows another."""
    return ExpressionError(
        "comparisons cannot be chained", token.start, token.end, "RE103", "write a < b && b < c"
    )


def reserved(token: Token) -> ExpressionError:
    """Return what is wrong with a word that names nothing."""
    start, end, word = token.start, token.end, token.text
    if word == "now":
        hint = "compare times of elements, such as err.at - at, or use a timer"
        return ExpressionError("expressions cannot read the clock", start, end, "RE104", hint)
    if word == "null":
        return ExpressionError("there is no null", start, end, hint="ask has(field)")
    if word == "in":
        return no_value(token)
    return foreign(token)


def foreign(token: Token) -> ExpressionError:
    """Return that a word is no operator here, and how it is written."""
    hint = _FOREIGN_WORDS.get(token.text) or _FOREIGN_WORDS.get(token.text.lower())
    message = f"unknown operator {token.text!r}"
    return ExpressionError(message, token.start, token.end, "RE101", hint)


def no_value(token: Token) -> ExpressionError:
    """Return that something stands where a value should."""
    return ExpressionError(f"expected a value, found {shown(token)}", token.start, token.end)


def unexpected(token: Token, expected: str | None = None) -> ExpressionError:
    """Return that something else was expected, or the end."""
    if token.kind == "name":
        return foreign(token)
    if expected:
        message = f"expected {expected!r}, found {shown(token)}"
        return ExpressionError(message, token.start, token.end)
    return ExpressionError(f"unexpected {shown(token)}", token.start, token.end)


def shown(token: Token) -> str:
    """Return a token as people are shown it."""
    return repr(token.text) if token.text else "the end of the expression"
