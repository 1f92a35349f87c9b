"""Derived elements: what stands in working memory for a stretch of time."""

from __future__ import annotations

from typing import Final

from typing_extensions import override

from interlock.rules.elements import Element
from interlock.rules.model import Basis, Row
from interlock.rules.rulebase import RuleBase

ORIGIN: Final = "$of"
"""The field that tells which element a held one stands for.  No author can name it."""


class Derived(Element):
    """An element that the temporal layer made.

    Attributes:
        sources: the elements it stands on.
        basis: what it was made from, for people.
    """

    __slots__ = ("basis", "sources")

    def __init__(
        self, element_id: str, name: str, rulebase: RuleBase, *, row: Row, basis: Basis, at: int
    ) -> None:
        """Make an element of a watch.

        Args:
            element_id: ``t<position>.<n>``.
            name: the watch's.
            rulebase: the rules.
            row: what may be read of it.
            basis: what it is made from.
            at: since when it is the case, ms.
        """
        super().__init__(
            element_id,
            name,
            row=rulebase.shapes.pack(row),
            key=(),
            alphas=rulebase.discriminator.passed(name, row)[0],
            seen_at=at,
        )
        self.basis = basis
        self.sources: tuple[Element, ...] = ()

    @property
    @override
    def origin(self) -> Element:
        return self.sources[0] if ORIGIN in self.row else self


def timed_id(position: int, number: int) -> str:
    """Return the id of the n-th element that a journal position brought beside its signal."""
    return f"t{position}.{number}"
