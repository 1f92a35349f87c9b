"""How near a rule came to fire, as people and programs are told; fields as in ``audit.proto``.

Times are ms since the epoch, UTC.  An empty string is an absent one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from interlock.server.views import Position

VerdictWord = Literal["true", "false", "unknown", "open"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where and when something came."""

    position: Position
    at: int


@dataclass(frozen=True, slots=True)
class Restraint:
    """What keeps a match from firing."""

    kind: str
    by: str
    until: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ConjunctMade:
    """One conjunct and what it saw."""

    text: str
    line: int | None
    verdict: VerdictWord
    seen: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMade:
    """One condition and the element that came nearest to it."""

    kind: str
    name: str
    alias: str
    negated: bool
    verdict: VerdictWord
    element: str
    position: Position | None
    candidates: int
    last: Occurrence | None
    conjuncts: tuple[ConjunctMade, ...]
    because: tuple[NotFired, ...]
    absent: bool = False
    """Whether it is an absence; its element is there once it has lasted long enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFired:
    """Why a rule has no effect at a moment, or that it has."""

    rule: str
    file: str
    line: int
    branch: str
    shadow: bool
    at: int
    position: Position
    conditions: tuple[ConditionMade, ...]
    missed: int
    complete: bool
    firing: str
    fired_before: Occurrence | None
    exclusive: str
    held_by: str
    restraint: Restraint | None


@dataclass(frozen=True, slots=True)
class NotFiredQuestion:
    """Why had a rule not fired?"""

    rule: str
    at: int | None = None
    """The moment asked about; None: the end of the journal."""
    where: tuple[tuple[str, str], ...] = ()
    """Field and what it reads, sorted."""


@dataclass(frozen=True, slots=True)
class NotRunQuestion:
    """Why did an incident not run an action?"""

    incident: str
    action: str
