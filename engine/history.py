"""Questions about the past, answered from the journal and its read models.

Reads only, on connections of its own, from any thread; works while nothing can be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, or_, select, text, tuple_

from interlock import digest
from interlock.engine import decisions
from interlock.engine.journal.connections import translated
from interlock.engine.journal.tables import (
    Action,
    Annotation,
    Entry,
    Incident,
    Transition,
    position,
    seq_of,
)
from interlock.engine.lineage import branches_of
from interlock.engine.model import PARTITION

Row = Mapping[str, Any]

_DECISIONS = text("entry.kind = 'decision' AND entry.kind <> 'signal'")
"""Both halves: SQLite uses the partial index only when it can prove its condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQuery:
    """Which incidents; an empty or absent condition passes everything.

    Attributes:
        state: current state.
        machine: id of the machine.
        severity: severity word.
        parent: incident whose branches they are.
        is_open: only open, or only closed ones.
        since: changed at or after, ms.
        before: ``(opened_seq, id)`` of the last incident of the page before.
    """

    state: str = ""
    machine: str = ""
    severity: str = ""
    parent: str = ""
    is_open: bool | None = None
    since: int | None = None
    before: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionQuery:
    """Which transitions; an empty or absent condition passes everything.

    Attributes:
        incident: of one incident.
        machine: of one machine.
        state: left or entered.
        actor: ordered by.
        since: at or after, ms.
        until: before, ms.
        after: ``(seq, incident, n)`` of the last transition of the page before.
    """

    incident: str = ""
    machine: str = ""
    state: str = ""
    actor: str = ""
    since: int | None = None
    until: int | None = None
    after: tuple[int, str, int] | None = None


class History:
    """Answers questions about one store.

    Args:
        engine: read-only connections, as ``journal.connections.reading_engine`` makes them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # --- entries ----------------------------------------------------------------------------

    def entry(self, seq: int) -> Row | None:
        """Return the decoded body of an entry, or None."""
        where = Entry.__table__.c.position == position(PARTITION, seq)
        rows = self._rows(select(Entry.__table__.c.body).where(where))
        return digest.decode(rows[0]["body"]) if rows else None

    def decisions(self, first: int, last: int | None) -> Iterator[Row]:
        """Iterate over the decisions about entries from ``first`` through ``last``.

        Args:
            first: position of an input entry.
            last: position of the last one; None for no end.
        """
        return decisions.merge(self._decisions(first, last))

    def _decisions(self, first: int, last: int | None) -> Iterator[Row]:
        column = Entry.__table__.c
        after = position(PARTITION, first)
        while True:
            query = (
                select(column.position, column.body)
                .where(_DECISIONS, column.position > after)
                .order_by(column.position)
                .limit(64)
            )
            rows = self._rows(query)
            for row in rows:
                body = digest.decode(row["body"])
                if last is not None and body["of"] > last:
                    return
                if body["of"] >= first:
                    yield body
            if not rows:
                return
            after = rows[-1]["position"]

    def entries(self, start: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Return positions and stored bytes of entries, in order."""
        column = Entry.__table__.c
        query = (
            select(column.position, column.body)
            .where(column.position >= position(PARTITION, start))
            .order_by(column.position)
            .limit(limit)
        )
        return [(seq_of(row["position"]), row["body"]) for row in self._rows(query)]

    # --- one thing --------------------------------------------------------------------------

    def incident(self, incident: str) -> Row | None:
        """Return the row of an incident, or None."""
        return self._one(select(Incident.__table__).where(Incident.__table__.c.id == incident))

    def action(self, intent: str) -> Row | None:
        """Return the row of an action intent, or None."""
        return self._one(select(Action.__table__).where(Action.__table__.c.intent == intent))

    def transition(self, incident: str, number: int) -> Row | None:
        """Return the n-th transition of an incident, or None."""
        column = Transition.__table__.c
        where = and_(column.incident == incident, column.n == number)
        return self._one(select(Transition.__table__).where(where))

    # --- lists ------------------------------------------------------------------------------

    def transitions_of(self, incident: str) -> Sequence[Row]:
        """Return the transitions of an incident, in order."""
        column = Transition.__table__.c
        query = select(Transition.__table__).where(column.incident == incident)
        return self._rows(query.order_by(column.n))

    def actions_of(self, incident: str) -> Sequence[Row]:
        """Return the action intents of an incident, in order."""
        column = Action.__table__.c
        query = select(Action.__table__).where(column.incident == incident)
        return self._rows(query.order_by(column.decided_seq, column.intent))

    def notes_of(self, incident: str) -> Sequence[Row]:
        """Return people's notes on an incident, in order."""
        column = Annotation.__table__.c
        query = select(Annotation.__table__).where(column.incident == incident)
        return self._rows(query.order_by(column.seq))

    def incidents(self, wanted: IncidentQuery, limit: int) -> Sequence[Row]:
        """Return at most ``limit`` incidents that pass every condition, newest first."""
        column = Incident.__table__.c
        conditions = _equal(column, wanted, "state", "machine", "severity")
        if wanted.is_open is not None:
            closed = column.closed_at
            conditions.append(closed.is_(None) if wanted.is_open else closed.is_not(None))
        if wanted.parent:
            conditions += _between(column.id, *branches_of(wanted.parent))
        if wanted.since is not None:
            conditions.append(column.updated_at >= wanted.since)
        if wanted.before is not None:
            conditions.append(tuple_(column.opened_seq, column.id) < wanted.before)
        query = select(Incident.__table__).where(*conditions)
        return self._rows(query.order_by(column.opened_seq.desc(), column.id.desc()).limit(limit))

    def transitions(self, wanted: TransitionQuery, limit: int) -> Sequence[Row]:
        """Return at most ``limit`` transitions that pass every condition, oldest first."""
        column = Transition.__table__.c
        conditions = _equal(column, wanted, "incident", "machine", "actor")
        if wanted.state:
            conditions.append(or_(column.source == wanted.state, column.dest == wanted.state))
        if wanted.since is not None:
            conditions.append(column.at >= wanted.since)
        if wanted.until is not None:
            conditions.append(column.at < wanted.until)
        if wanted.after is not None:
            conditions.append(tuple_(column.seq, column.incident, column.n) > wanted.after)
        query = select(Transition.__table__).where(*conditions)
        return self._rows(query.order_by(column.seq, column.incident, column.n).limit(limit))

    def _one(self, query: Select[Any]) -> Row | None:
        rows = self._rows(query)
        return rows[0] if rows else None

    def _rows(self, query: Select[Any]) -> Sequence[Row]:
        with translated("cannot read the history"), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _between(column: Any, before: str, after: str) -> tuple[ColumnElement[bool], ...]:
    return column > before, column < after


def _equal(column: Any, wanted: object, *names: str) -> list[ColumnElement[bool]]:
    """Return a condition for each of the named texts that is not empty."""
    values = ((name, getattr(wanted, name)) for name in names)
    return [column[name] == value for name, value in values if value]
