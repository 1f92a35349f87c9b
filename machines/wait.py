"""What a ``wait`` state watches for."""

from __future__ import annotations

from dataclasses import dataclass

from interlock.language.values import UNKNOWN, Unknown, Value
from interlock.machines.formula import Formula, Row


@dataclass(frozen=True, slots=True)
class Wait:
    """What a ``wait`` state watches for.

    Attributes:
        element: ``signal`` or ``fact``.
        name: its declared name.
        where: over the element's fields and ``ctx``; None when any element will do.
        key: ``(element field, context field)`` that ``where`` wants equal, so that waiting
            incidents can be found by hash; None when there is no such pair.
        hold_ms: how long it must hold before ``met`` is sent; 0 for at once.
    """

    element: str
    name: str
    where: Formula | None
    key: tuple[str, str] | None
    hold_ms: int

    def holds(self, row: Row, context: Row) -> bool:
        """Return whether an element's fields satisfy ``where``; unknown does not.

        Args:
            row: the element's fields, the implicit ones included.
            context: the incident's context.
        """
        return self.where is None or self.where.evaluate(row, {"ctx": context}) is True

    def key_value(self, context: Row) -> Value | Unknown:
        """Return what the key field must equal; unknown without key or value."""
        return UNKNOWN if self.key is None else context.get(self.key[1], UNKNOWN)
