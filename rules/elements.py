"""The elements of working memory: one live signal or one fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interlock.rules.model import FactRow, Row

if TYPE_CHECKING:  # an element knows the alphas it passed, an alpha's plans join elements
    from interlock.language.values import Value
    from interlock.rules.activation import Activation, ActivationKey
    from interlock.rules.plan import Alpha


class Element:
    """One signal or fact in memory.

    Everything but ``expiry``, ``seen_at`` and the firings that stand on it stays as it was when
    the element entered.

    Attributes:
        id: ``s<position>`` or ``f<position>.<n>``.
        type: the declared name.
        order: position and number within it; sorts elements by when they entered.
        fields: the declared fields with their values.
        row: every readable name with its value.
        key: values of the declared key.
        alphas: the alpha tests it passes.
        expiry: ms; None lives until it is removed.
        seen_at: when its latest refresh was observed, ms.
        activations: the firings, won or lost, that contain it.
    """

    __slots__ = (
        "activations",
        "alphas",
        "expiry",
        "fields",
        "id",
        "key",
        "order",
        "row",
        "seen_at",
        "type",
    )

    def __init__(  # noqa: PLR0913  # a record, made in three places, all by keyword
        self,
        *,
        id: str,  # noqa: A002  # the word the journal uses
        type: str,  # noqa: A002
        order: tuple[int, int],
        fields: Row,
        row: Row,
        key: tuple[Value, ...],
        alphas: tuple[Alpha, ...],
        seen_at: int,
        expiry: int | None = None,
    ) -> None:
        self.id = id
        self.type = type
        self.order = order
        self.fields = fields
        self.row = row
        self.key = key
        self.alphas = alphas
        self.seen_at = seen_at
        self.expiry = expiry
        self.activations: dict[ActivationKey, Activation] = {}

    @property
    def position(self) -> int:
        """The journal position at which it entered."""
        return self.order[0]

    def offered(self) -> FactRow:
        """Return it as the second engine sees it."""
        return FactRow(self.id, self.type, self.row)


UNBOUND = Element(id="", type="", order=(0, 0), fields={}, row={}, key=(), alphas=(), seen_at=0)
"""Stands where a partial match has no element yet."""


def signal_id(position: int) -> str:
    """Return the id of the signal of a journal position."""
    return f"s{position}"


def fact_id(position: int, number: int) -> str:
    """Return the id of the n-th fact that a journal position brought."""
    return f"f{position}.{number}"


def order_of(element_id: str) -> tuple[int, int]:
    """Return the order of an id: a signal comes before the facts its position brought."""
    position, _, number = element_id[1:].partition(".")
    return (int(position), int(number) if number else -1)
