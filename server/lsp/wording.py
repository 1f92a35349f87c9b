"""What can be written in an expression, and what a name that stands in one is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interlock.language.document import Reading
from interlock.language.expression.functions import FUNCTIONS, Function
from interlock.language.expression.parameters import PARAMS, Parameters
from interlock.language.expression.printer import print_expression
from interlock.language.expression.scope import OPEN, Scope
from interlock.language.expression.syntax import QUANTIFIERS, Literal
from interlock.language.values import Field, Kind, Type, format_value

_PATH: Final = re.compile(
    r"(?:(?P<owner>[A-Za-z_]\w*)\s*\.\s*)?(?:(?P<field>[A-Za-z_]\w*)\s*\.\s*)?(?P<word>\w*)$",
    re.ASCII,
)
_COMPARED: Final = re.compile(
    r"(?P<path>(?:[A-Za-z_]\w*\s*\.\s*)?[A-Za-z_]\w*)\s*(?:[!=]=|\bin\s*\[[^\]]*?)\s*(?P<quote>[\"']?)(?P<word>[\w.:-]*)$",
    re.ASCII,
)
_ITEMS: Final = re.compile(r"\.(?:exists|all)\s*\(\s*(\w+)\s*,", re.ASCII)


_LOOKED_AT: Final = 300
"""Characters before the cursor that tell what is being written; names are shorter."""


@dataclass(frozen=True)
class Word:
    """Something that can be written.

    Attributes:
        text: what is written.
        kind: ``field``, ``alias``, ``parameter``, ``function``, ``method`` or ``value``.
        detail: its type or signature.
        doc: what it means.
    """

    text: str
    kind: str
    detail: str = ""
    doc: str = ""


def written_so_far(reading: Reading, before: str) -> str | None:
    """Return what of a text is the expression being written; None: it is none there."""
    if not reading.is_template:
        return before
    start = before.rfind("${")
    if start < 0 or (start > 0 and before[start - 1] == "$"):
        return None
    inside = before[start + 2 :]
    outside_quotes = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "", inside)
    return None if "}" in outside_quotes else inside


def words(scope: Scope, before: str) -> Iterator[Word]:
    """Yield what can be written after the beginning of an expression."""
    left = before[-_LOOKED_AT:]
    if (compared := _COMPARED.search(left)) and _is_open(before, compared["quote"]):
        yield from _values(scope, compared["path"], is_quoted=bool(compared["quote"]))
        if compared["quote"]:
            return
    elif _is_quoted(before):
        return
    path = _PATH.search(left)
    if path is None:
        return
    if path["field"]:
        yield from _methods(type_of(scope, path["owner"], path["field"]))
    elif path["owner"]:
        yield from _members(scope, path["owner"])
    elif not left[: path.start()].rstrip().endswith("."):
        yield from _names(scope, before)


def word_before(before: str) -> str:
    """Return the name that is being written at the end of an expression."""
    found = re.search(r"\w*$", before, re.ASCII)
    return found[0] if found else ""


def field_named(scope: Scope, owner: str, name: str) -> Field | None:
    """Return the field a name means: of this element for no owner, of a binding, a parameter."""
    if not owner:
        if name in scope.items:
            return scope.items[name]
        if name in scope.scalars:
            return field_named(scope, *scope.scalars[name])
        return scope.fields.get(name)
    if owner in scope.bindings:
        return scope.bindings[owner].get(name)
    return None


def type_of(scope: Scope, owner: str | None, name: str) -> Type | None:
    """Return the type of a field."""
    found = field_named(scope, owner or "", name)
    return None if found is None else found.type


def told(field: Field) -> str:
    """Return a field's type and what it may be, in one line."""
    item = field.type.item or field.type
    parts = [f"{field.type}{' (optional)' if field.optional else ''}"]
    if field.enum:
        parts.append("one of " + ", ".join(format_value(one, item) for one in field.enum))
    if field.min is not None:
        parts.append(f"from {format_value(field.min, item)}")
    if field.max is not None:
        parts.append(f"to {format_value(field.max, item)}")
    if field.pattern is not None:
        parts.append(f"matches {field.pattern}")
    return ", ".join(parts)


def signature(function: Function) -> str:
    """Return how a function is called and what it gives."""
    kinds = [_any_of(one) for one in function.parameters]
    if function.form == "method":
        return f"{kinds[0]}.{function.name}({', '.join(kinds[1:])}) → {function.result}"
    return f"{function.name}({', '.join(kinds)}) → {function.result}"


def parameter_told(parameters: Parameters, name: str) -> str:
    """Return what a parameter stands for."""
    node = parameters.values.get(name)
    if isinstance(node, Literal) and node.type.is_number:
        return format_value(node.value, node.type)
    if node is not None:
        return print_expression(node)
    return told(parameters.broken[name]) if name in parameters.broken else ""


def _any_of(kinds: frozenset[Kind]) -> str:
    return "any" if len(kinds) == len(Kind) else " or ".join(sorted(one.value for one in kinds))


def _members(scope: Scope, owner: str) -> Iterator[Word]:
    if owner in scope.bindings:
        yield from _fields(scope.bindings[owner])
    elif owner == PARAMS:
        known = {*scope.parameters.values, *scope.parameters.broken}
        for name in sorted(known):
            yield Word(name, "parameter", parameter_told(scope.parameters, name))
    else:
        yield from _methods(type_of(scope, None, owner))


def _fields(fields: Mapping[str, Field]) -> Iterator[Word]:
    if fields is not OPEN:
        for name, one in fields.items():
            yield Word(name, "field", told(one), one.doc)


def _methods(type_: Type | None) -> Iterator[Word]:
    if type_ is None:
        return
    for function in FUNCTIONS.values():
        if function.form != "function" and type_.kind in function.parameters[0]:
            yield Word(function.name, "method", signature(function))
    if type_.kind is Kind.LIST:
        for name in sorted(QUANTIFIERS):
            yield Word(name, "method", f"list.{name}(item, test of item) → bool")


def _names(scope: Scope, before: str) -> Iterator[Word]:
    for item in dict.fromkeys([*scope.items, *_ITEMS.findall(before)]):
        yield Word(item, "field", "the item at hand")
    yield from _fields(scope.fields)
    yield from _aliases(scope)
    for function in FUNCTIONS.values():
        if function.form != "method":
            yield Word(function.name, "function", signature(function))
    yield Word("has", "function", "has(field) → bool")


def _aliases(scope: Scope) -> Iterator[Word]:
    for alias in scope.scalars:
        if (held := field_named(scope, "", alias)) is not None:
            yield Word(alias, "alias", told(held))
    for alias in scope.bindings:
        if not alias.startswith("$") and alias not in scope.scalars:
            yield Word(alias, "alias", f"{alias}.…")
    if scope.parameters.values or scope.parameters.broken:
        yield Word(PARAMS, "alias", "params.…, the parameters")


def _values(scope: Scope, path: str, *, is_quoted: bool) -> Iterator[Word]:
    """Yield the values that what is compared may have."""
    owner, _, name = path.replace(" ", "").rpartition(".")
    field = field_named(scope, owner, name)
    item = None if field is None else field.type.item or field.type
    if field is None or item is None:
        return
    for one in field.enum or ((True, False) if item.kind is Kind.BOOL else ()):
        shown = format_value(one, item)
        quoted = f'"{shown}"' if item.kind is Kind.STRING and not is_quoted else shown
        yield Word(quoted, "value", str(item))


def _is_quoted(before: str) -> bool:
    """Return whether the end of an expression is inside of a text."""
    left = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "", before)
    return "'" in left or '"' in left


def _is_open(before: str, quote: str) -> bool:
    return _is_quoted(before) == bool(quote)
