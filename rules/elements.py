"""The elements of working memory: one live signal or one fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interlock.language.implicit import IMPLICIT_FACT_FIELDS, IMPLICIT_SIGNAL_FIELDS
from interlock.rules.model import FactRow, Row

if TYPE_CHECKING:  # an element knows the alphas it passed, an alpha's plans join elements
    from interlock.language.values import Value
    from interlock.rules.plan import Alpha


class Element:
    """One signal or fact in memory.

    Everything but ``expiry``, ``seen_at`` and ``said_at`` stays as it was when it entered.

    Attributes:
        id: ``s<position>``, ``f<position>.<n>``, or ``t<position>.<n>`` for what stands for a
            stretch of time.
        type: the declared name.
        position, number: the journal position it entered at, and which fact of that position it
            is; -1 for a signal.
        row: every readable name with its value, packed.
        key: values of the declared key.
        alphas: the alpha tests it passes.
        seen_at: when its latest refresh was observed, ms; what was observed earlier is old news.
        said_at: when its source last said that it holds, ms; what counts as its age.
        expiry: ms; None lives until it is removed.
    """

    __slots__ = (
        "alphas",
        "expiry",
        "id",
        "key",
        "number",
        "position",
        "row",
        "said_at",
        "seen_at",
        "type",
    )

    def __init__(  # noqa: PLR0913  # a record of ten slots, two of them derived
        self,
        element_id: str,
        name: str,
        *,
        row: Row,
        key: tuple[Value, ...],
        alphas: tuple[Alpha, ...],
        seen_at: int,
        said_at: int | None = None,
        expiry: int | None = None,
    ) -> None:
        """Make an element from its id, its declared name and what it holds."""
        self.id = element_id
        self.type = name
        self.position, self.number = order_of(element_id)
        self.row = row
        self.key = key
        self.alphas = alphas
        self.seen_at = seen_at
        self.said_at = seen_at if said_at is None else said_at
        self.expiry = expiry

    def heard(self, at: int, now: int) -> int:
        """Return when the source says that a later signal of this key holds, ms.

        One observed when this was (an alert repeats its start) is a statement of the moment it
        is received; another observation holds as of its own moment, however late it comes.

        Args:
            at: when the later signal was observed, ms.
            now: when it was received, ms.
        """
        return now if at == self.seen_at else at

    def refresh(self, at: int, *, now: int, expiry: int) -> None:
        """Note that the same was said again; times in ms as for `heard`."""
        self.said_at = max(self.said_at, self.heard(at, now))
        self.seen_at, self.expiry = at, expiry

    @property
    def order(self) -> tuple[int, int]:
        """When it entered; sorts elements by age, a signal before the facts it brought."""
        return self.position, self.number

    @property
    def is_signal(self) -> bool:
        """Whether it is a signal, not a fact."""
        return self.number < 0

    @property
    def is_fact(self) -> bool:
        """Whether it is a fact."""
        return self.id[0] == "f"

    @property
    def origin(self) -> Element:
        """The element it stands for: itself, but for one that stands for a run of them."""
        return self

    @property
    def fields(self) -> dict[str, Value]:
        """The declared fields; the row is these and the implicit ones."""
        implicit = IMPLICIT_SIGNAL_FIELDS if self.is_signal else IMPLICIT_FACT_FIELDS
        return {name: value for name, value in self.row.items() if name not in implicit}

    def offered(self) -> FactRow:
        """Return it as the second engine sees it."""
        return FactRow(self.id, self.type, dict(self.row))


def signal_id(position: int) -> str:
    """Return the id of the signal of a journal position."""
    return f"s{position}"


def fact_id(position: int, number: int) -> str:
    """Return the id of the n-th fact that a journal position brought."""
    return f"f{position}.{number}"


def order_of(element_id: str) -> tuple[int, int]:
    """Return the position and number of an id."""
    position, _, number = element_id[1:].partition(".")
    return int(position), int(number) if number else -1


UNBOUND = Element("s0", "", row={}, key=(), alphas=(), seen_at=0)
"""Stands where a partial match has no element yet."""
