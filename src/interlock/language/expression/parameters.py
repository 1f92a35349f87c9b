"""Parameters: ``params.x`` in an expression stands for a value that is settled before it runs.

A parameter is put in the place where it is read, so that what is checked, compiled, printed and
covered by a version is its value, as if the author had written it there.  Faults are reported
where it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from interlock.errors import InvariantBroken
from interlock.language.expression.syntax import (
    Call,
    ListLiteral,
    Literal,
    Name,
    Node,
    Select,
    children,
    names,
    with_children,
)
from interlock.language.values import (
    ANY,
    INT,
    STRING,
    Field,
    Kind,
    Type,
    Value,
    format_duration,
    format_timestamp,
)

PARAMS: Final = "params"
"""The name parameters are read from, unless something else is bound to it."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of one environment, by name.

    Attributes:
        values: what each stands for; offsets are of no account.
        broken: the fields of those whose value has a fault: they may be read, so that nothing
            more is reported, but what reads them cannot be compiled.
        read: the names that have been read so far.
    """

    values: Mapping[str, Node] = field(default_factory=dict)
    broken: Mapping[str, Field] = field(default_factory=dict)
    read: set[str] = field(default_factory=set, compare=False)

    def settled(self, node: Node) -> Node:
        """Return an expression with each known ``params.x`` replaced by its value."""
        if not self.values:
            return node
        name = parameter(node)
        if name is None:
            below = children(node)
            settled = tuple(self.settled(one) for one in below)
            return node if settled == below else with_children(node, settled)
        self.read.add(name)
        value = self.values.get(name)
        return node if value is None else _placed(value, node.start, node.end)


NO_PARAMETERS: Final = Parameters()
"""Where none are declared."""


def reads_parameters(node: Node) -> bool:
    """Return whether an expression reads a parameter anywhere."""
    return PARAMS in names(node)


def parameter(node: Node) -> str | None:
    """Return the name of the parameter a node reads, or None when it reads none."""
    match node:
        case Select(operand=Name(name=owner), field=name) if owner == PARAMS:
            return name
        case _:
            return None


def written(type_: Type, value: Value) -> Node:
    """Return the expression that stands for a value of a type.

    Its type is that of the declaration, whatever the value, so that what reads a parameter is
    right in every environment or in none.

    Raises:
        InvariantBroken: it is no value of that type.
    """
    match type_.kind, value:
        case Kind.LIST, tuple() as items:
            item = type_.item or ANY
            return ListLiteral(0, 0, tuple(written(item, one) for one in items))
        case Kind.DURATION, int():
            return Call(0, 0, "duration", None, (Literal(0, 0, STRING, format_duration(value)),))
        case Kind.TIMESTAMP, int():
            return Call(0, 0, "timestamp", None, (Literal(0, 0, STRING, format_timestamp(value)),))
        case Kind.DOUBLE, int() if not type_.scale:
            return Literal(0, 0, INT, value)
        case _, str() | int():
            return Literal(0, 0, type_, value)
        case _:
            raise InvariantBroken(f"no expression stands for the {type_} {value!r}")


def _placed(node: Node, start: int, end: int) -> Node:
    """Return a value as if it had been written from ``start`` to ``end``."""
    below = tuple(_placed(one, start, end) for one in children(node))
    return replace(with_children(node, below), start=start, end=end)
