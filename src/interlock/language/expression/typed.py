"""A checked expression: what the checker found and the compiler and classifier read.

Every name is resolved, every part has a type, and ``unsure`` says which parts may be UNKNOWN; the
rest compiles to plain Python operators.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from interlock.language.expression.functions import Function
from interlock.language.expression.syntax import Node
from interlock.language.values import Field, Type, Value

Operation: TypeAlias = OneOf[
    "constant",
    "read",
    "has",
    "not",
    "negate",
    "and",
    "or",
    "if",
    "compare",
    "in",
    "+",
    "-",
    "*",
    "/",
    "%",
    "list",
    "item",
    "call",
    "join",
    "fit",
    "each",
    "exists",
    "all",
]


@dataclass(slots=True, kw_only=True, eq=False)
class Typed:
    """One checked part of an expression; nobody changes it.

    It is not frozen, as tens of thousands are made of one policy, and that takes three times as
    long.
    """

    operation: Operation
    node: Node
    """Where it was written."""
    type: Type
    parts: tuple[Typed, ...] = ()
    unsure: bool = False
    """Whether it may be UNKNOWN."""
    value: Value = ""
    """What a ``constant`` is, in units of its type."""
    alias: str = ""
    """Whose field a ``read`` or ``has`` reads; empty for this element."""
    name: str = ""
    """The field a ``read`` or ``has`` reads, the operator of a ``compare``, or what a quantifier
    calls the item ``each`` reads."""
    field: Field | None = None
    """How the field of a ``read`` or ``has`` is declared."""
    function: Function | None = None
    """What a ``call`` calls."""
    strict: bool = False
    """Whether one unknown part makes the whole text of a ``join`` UNKNOWN."""

    @property
    def is_constant(self) -> bool:
        """Whether the value was written by the author."""
        return self.operation == "constant"


def any_unsure(parts: Iterable[Typed]) -> bool:
    """Whether one of the parts may be UNKNOWN."""
    return any(part.unsure for part in parts)
