"""Rows of the read models: what folding the journal leaves for questions to be asked of.

Plain tuples in the columns' order: a SQLModel object costs ten times as much to make.  A test
holds them to the journal's tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class IncidentRow(NamedTuple):
    """Where an incident stands; replaces its earlier row.

    ``question`` is the canonical JSON of what it asks people now; ``views`` writes it.
    """

    id: str
    key: str
    machine: str
    machine_digest: str
    state: str
    outcome: str | None
    severity: str
    opened_at: int
    updated_at: int
    closed_at: int | None
    opened_seq: int
    acknowledged_by: str | None
    note_count: int
    rule: str
    why: str
    question: str | None = None


class TransitionRow(NamedTuple):
    """One step of an incident's machine; written once."""

    incident: str
    n: int
    seq: int
    at: int
    machine: str
    source: str
    trigger: str
    dest: str
    why: str
    actor: str


class ActionRow(NamedTuple):
    """Where an intent stands; replaces its earlier row.  The last texts are canonical JSON."""

    intent: str
    incident: str
    state: str
    action: str
    executor: str
    target: str | None
    attempt: int
    idempotency_key: str
    status: str
    outcome: str | None
    verdict: str
    inputs: str
    outputs: str | None
    decided_seq: int
    result_seq: int | None
    at: int


class AnnotationRow(NamedTuple):
    """A person's note; written once."""

    incident: str
    seq: int
    at: int
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What one append changes besides the journal.

    Attributes:
        incidents: at most one row an incident.
        transitions: new ones.
        actions: at most one row an intent.
        annotations: new ones.
        decided_through: the last seq the fold has decided; None: as before.
        snapshot: the seq after which the fold had this state, and the state; None: none due.
    """

    incidents: Sequence[IncidentRow] = ()
    transitions: Sequence[TransitionRow] = ()
    actions: Sequence[ActionRow] = ()
    annotations: Sequence[AnnotationRow] = ()
    decided_through: int | None = None
    snapshot: tuple[int, bytes] | None = None


NOTHING = Derived()
"""Nothing derived: entries were received, none has been decided."""
