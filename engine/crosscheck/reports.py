"""What the second opinion says; each report becomes a journal entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from interlock.rules.model import Match


@dataclass(frozen=True, slots=True)
class Agreement:
    """Every evaluation up to a position has been compared, and what differed was reported before.

    Attributes:
        through: the position; evaluations at it are included, all of them.
        count: evaluations on which both engines agreed since the last agreement was reported.
    """

    through: int
    count: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The engines answered one evaluation differently.

    Attributes:
        position: of the evaluation.
        pack: of the evaluation.
        expected: matches only the reference matcher has, the first 16 in order.
        found: matches only the second engine has, the first 16 in order.
    """

    position: int
    pack: str
    expected: tuple[Match, ...]
    found: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class EngineFault:
    """The second engine gave no opinion on an evaluation and will not be asked again.

    Attributes:
        position: of the evaluation.
        pack: of the evaluation.
        reason: it was too large, could not be represented, or killed or hung the worker.
    """

    position: int
    pack: str
    reason: str


Report: TypeAlias = Agreement | Disagreement | EngineFault
