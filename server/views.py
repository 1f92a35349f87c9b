"""What people read and order: incidents, moves, reasons, the gate, commands.

Times are ms since the epoch, UTC.  An empty string is an absent one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")


class Position(NamedTuple):
    """Where an entry stands in the journal."""

    partition: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one person answered; fields as in ``incident.proto``."""

    actor: str
    roles: tuple[str, ...]
    choice: str
    reason: str
    at: int
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a machine asks people; fields as in ``incident.proto``."""

    id: str
    text: str
    shown: tuple[str, ...]
    role: str
    quorum: int
    excluded: tuple[str, ...]
    choices: tuple[str, ...]
    asked_at: int
    expires_at: int
    answers: tuple[Answer, ...] = ()
    assumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a machine is agreed on; fields as in ``incident.proto``."""

    assumes: tuple[str, ...]
    environment: tuple[str, ...]
    authorised: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One problem and the machine that deals with it; fields as in ``incident.proto``."""

    id: str
    machine: str
    version: str
    subject: str
    state: str
    opened_at: int
    changed_at: int
    position: Position
    title: str = ""
    severity: str = ""
    rule: str = ""
    closed_at: int | None = None
    outcome: str = ""
    acknowledged_by: str = ""
    question: Question | None = None
    resolve_by: int | None = None
    terms: Terms | None = None
    parent: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One move of a machine; fields as in ``incident.proto``."""

    incident: str
    machine: str
    source: str
    trigger: str
    destination: str
    at: int
    position: Position
    why: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """An incident after a change, with the move it made if it made one."""

    incident: Incident
    transition: Transition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Which incidents to list; an empty or absent condition passes everything."""

    state: str = ""
    machine: str = ""
    severity: str = ""
    parent: str = ""
    """Whose branch they are."""
    open: bool | None = None
    since: int | None = None
    """Changed at or after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionFilter:
    """Which moves to list; an empty or absent condition passes everything."""

    incident: str = ""
    machine: str = ""
    state: str = ""
    """Left or entered."""
    actor: str = ""
    since: int | None = None
    """At or after."""
    until: int | None = None
    """Before."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list to return."""

    size: int
    """1 to 1,000."""
    cursor: str = ""
    """``Listing.next`` of the page before; empty for the first."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    next: str = ""
    """Where the next page begins; empty on the last."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One reason, with the reasons it rests on; fields as in ``audit.proto``."""

    kind: str
    id: str
    title: str
    position: Position | None = None
    at: int | None = None
    children: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class Freeze:
    """A standing order that nothing in its scope acts."""

    scope: str
    actor: str
    reason: str
    at: int
    position: Position


@dataclass(frozen=True, slots=True)
class GateStatus:
    """What the gate lets through now."""

    freezes: tuple[Freeze, ...]
    """By scope."""
    agreement: Literal["agreed", "behind", "disagreed", "faulty", "off"]
    """Whether the second engine stands behind the decisions."""
    agreed_through: Position | None
    waiting_actions: int
    running_actions: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that stands."""

    name: str
    fields: tuple[tuple[str, str], ...]
    """As people read them, in order of declaration."""
    position: Position
    said: bool
    """Whether a person has said so."""
    firings: tuple[str, ...]
    """The firings that conclude it, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person orders."""

    command: Literal[
        "abort", "acknowledge", "annotate", "answer", "freeze", "thaw", "set_fact", "retract_fact"
    ]
    actor: str
    request_id: str
    incident: str = ""
    """Of abort, acknowledge, annotate and answer."""
    scope: str = ""
    """Of freeze and thaw."""
    text: str = ""
    """Reason or remark."""
    choice: str = ""
    """Of answer."""
    roles: tuple[str, ...] = ()
    """Of answer: what the actor answers as, sorted."""
    question: str = ""
    """Of answer: the question that was read; empty for whichever stands."""
    fact: str = ""
    """Of set_fact and retract_fact: the name."""
    fields: tuple[tuple[str, str], ...] = ()
    """Of set_fact and retract_fact: the fields as text, sorted."""
