"""What probes there are and what they observe, as text: ``executors.json``."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from interlock.language.expression import OPEN
from interlock.language.values import Field, Kind, Type, parse_type

MANIFEST = "executors.json"
"""Name of the file that states what the installed executors offer."""

ANYTHING = "any"
"""In ``executors.json``: what a probe sees is not known."""

Fields = Mapping[str, Field]

Probes = Mapping[str, Fields]
"""Probe name (``executor.operation``) to the fields it observes."""


def manifest(probes: Probes) -> str:
    """Return the text of ``executors.json`` for the given probes.

    A probe of which nothing is known, ``OPEN``, is ``any``: what is expected of it never holds.
    """
    value = {name: ANYTHING if f is OPEN else _written(f) for name, f in probes.items()}
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2).decode()


def _written(fields: Fields) -> dict[str, str]:
    return {n: _type_text(f.type) + ("?" if f.optional else "") for n, f in fields.items()}


def _type_text(kind: Type) -> str:
    if kind.kind is Kind.LIST and kind.item is not None:
        return f"list<{_type_text(kind.item)}>"
    return f"double({kind.scale})" if kind.kind is Kind.DOUBLE else str(kind)


def read_probes(text: str) -> Probes:
    """Return the probes that the text of ``executors.json`` states."""
    return {
        name: OPEN if fields == ANYTHING else _read(fields)
        for name, fields in orjson.loads(text).items()
    }


def _read(fields: Mapping[str, str]) -> Fields:
    return {
        field: Field(parse_type(written.removesuffix("?")), optional=written.endswith("?"))
        for field, written in fields.items()
    }
