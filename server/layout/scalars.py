"""Texts as they are written: quotes, and conditions one by one."""

from __future__ import annotations

from interlock.language.document import load_documents
from interlock.language.expression import ExpressionError, conjuncts, parse, print_expression
from interlock.language.located import Place


def written(text: str, place: Place) -> str:
    """Return a scalar as it is to be written: double quotes unless it holds some.

    Args:
        text: the file.
        place: the scalar, of any style.
    """
    raw = text[place.start : place.end]
    if place.style not in ("'", '"') or "\n" in raw or place.text is None:
        return raw
    return quoted(place.text) if place.text.isprintable() else raw


def quoted(value: str) -> str:
    """Return a printable text in the quotes that need no escapes."""
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def item(value: str) -> str:
    """Return a text as an item of a list, plain where that means the same."""
    documents = load_documents(f"interlock: x\nx:\n  - {value}\n", "item")
    plain = [one.data for one in documents if not one.diagnostics]
    return value if plain == [{"interlock": "x", "x": [value]}] else quoted(value)


def split(condition: object) -> list[str]:
    """Return the conditions that must all hold for one to hold; itself when it is but one."""
    if not isinstance(condition, str):
        return []
    try:
        found = conjuncts(parse(condition))
    except ExpressionError:
        return [condition]
    return [condition] if len(found) < 2 else [print_expression(one) for one in found]
