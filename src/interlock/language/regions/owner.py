"""Expressions of several elements side by side: bare names become names of their owner.

A map of names says what each alias is called; the alias of a bare name is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args

from interlock.language.expression.syntax import Name, Node, Select


def owned(node: Node, names: Mapping[str, str]) -> Node:
    """Return an expression in which every alias has its other name."""
    match node:
        case Select(operand=Name(name=alias), field=field):
            return _read(node, names.get(alias, alias), field)
        case Name(name=name):
            return _read(node, names.get("", ""), name)
        case _:
            pass
    parts = {one.name: _owned(getattr(node, one.name), names) for one in fields(node)}
    return replace(node, **parts)


def _read(node: Name | Select, alias: str, field: str) -> Node:
    at = node.start, node.end
    return Select(*at, Name(*at, alias), field) if alias else Name(*at, field)


def _owned(part: Any, names: Mapping[str, str]) -> Any:  # nodes, tuples of them, texts
    if isinstance(part, tuple):
        return tuple(_owned(one, names) for one in part)
    return owned(part, names) if isinstance(part, get_args(Node)) else part
