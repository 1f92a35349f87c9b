"""One difference, and which way it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """What became of a definition or of a key of it."""

    ADDED = "added"
    REMOVED = "removed"
    LOOSENED = "loosened"
    """It fires, or lets pass, for everything it did before and for more."""
    TIGHTENED = "tightened"
    """It fires, or lets pass, for less than before and for nothing else."""
    CHANGED = "changed"
    """Neither can be said."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A key that differs.

    Attributes:
        key: where in the definition, e.g. ``states.watching.wait.hold``.
        before, after: as people read them; None where it is not there.
        what: which way it goes.
        raises_risk: whether more can go wrong than before.
    """

    key: str
    before: str | None
    after: str | None
    what: What = What.CHANGED
    raises_risk: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A definition that differs.

    Attributes:
        kind: signal, fact, rule, machine, action, target or parameter.
        name: its name.
        what: what became of it.
        place: where it is written, in the later bundle unless it is gone; may be empty.
        details: what differs; none of what was added or removed.
        notes: remarks for the reviewer.
    """

    kind: str
    name: str
    what: What
    place: str = ""
    details: tuple[Detail, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def raises_risk(self) -> bool:
        """Whether more can go wrong than before."""
        return any(detail.raises_risk for detail in self.details)


def together(parts: Iterable[What]) -> What:
    """Return which way several differences go together."""
    found = set(parts)
    added, removed = What.ADDED in found, What.REMOVED in found
    if len(found) == 1 and not added and not removed:
        return found.pop()
    return What.CHANGED
