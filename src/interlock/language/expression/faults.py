"""Where the checker notes what is wrong, and goes on."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.syntax import Node
from interlock.language.expression.typed import Typed
from interlock.language.values import ANY, Kind


class Faults:
    """The faults found so far in one expression."""

    def __init__(self) -> None:
        self.found: list[ExpressionError] = []

    def report(self, node: Node, code: str, message: str, hint: str | None = None) -> Typed:
        """Note a fault at ``node`` and return a part that causes no other."""
        self.found.append(ExpressionError(message, node.start, node.end, code, hint))
        return Typed(operation="read", node=node, type=ANY)

    def need(self, part: Typed, kinds: AbstractSet[Kind], message: str) -> None:
        """Note a type clash unless the part is of one of the kinds, or already at fault."""
        if part.type.kind not in kinds and part.type.kind is not Kind.ANY:
            self.report(part.node, "RV202", f"{message}, found {part.type}")
