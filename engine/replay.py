"""Fold a journal again and hold everything derived from it against what is stored.

Every decision and every row of the read models follows from the input entries and the bundles
among them.  ``verify`` checks the journal itself (``journal.verify``) and, in the same pass,
derives the rest anew and names each difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session

from interlock import digest
from interlock.engine import decisions
from interlock.engine.fold import snapshot
from interlock.engine.fold.decide import fold
from interlock.engine.fold.state import State
from interlock.engine.intake import dedup_key
from interlock.engine.journal.keys import Verifier
from interlock.engine.journal.report import Fault, Report
from interlock.engine.journal.tables import Action, Annotation, Incident, Transition
from interlock.engine.journal.verify import Verification, VerifiedRow
from interlock.engine.library import Library
from interlock.engine.model import Entry, Kind
from interlock.engine.views import Changes
from interlock.errors import InterlockError

_MISSHAPEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What folding comes to when somebody has changed the shape of an entry."""


def verify(
    path: Path,
    *,
    public_key: str | None = None,
    checkpoint: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Prove or refute a store, offline; it is only read.

    Args:
        path: the database.
        public_key: key its checkpoints must be signed with, as ``interlock.pub`` holds it;
            without it signatures are not checked.
        checkpoint: a signed checkpoint kept elsewhere, which the journal must extend.
        progress: called with the number of entries folded so far.

    Raises:
        JournalError, NotFound: the store cannot be opened at all.
    """
    verifier = Verifier.parse(public_key) if public_key is not None else None
    with Verification(
        path, verifier=verifier, external=checkpoint, dedup_of=_dedup_of
    ) as verification:
        replay = _Replay(verification)
        for rows in verification.rows():
            replay.take(rows)
            if progress is not None:
                progress(rows[-1].seq + 1)
        replay.finish()
        return verification.report()


def _dedup_of(body: Mapping[str, Any]) -> tuple[bytes, bytes] | None:
    """Return the dedup record a signal's entry must have."""
    if body.get("kind") != Kind.SIGNAL:
        return None
    try:
        signal = body["signal"]
        return dedup_key(signal), hashlib.sha256(digest.canonical(signal)).digest()[:8]
    except _MISSHAPEN:  # its leaf says so too
        return None


class _Replay:
    """One pass over the entries, deriving as it goes."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification
        self._library = Library(verification.reader.blob)
        self._decided = verification.reader.cursor().decided_through
        saved = verification.reader.snapshot()
        self._snapshot = saved if saved is not None and snapshot.is_current(saved[1]) else None
        self._expected: dict[int, list[bytes]] = {}
        self._changes = Changes()
        self._state = State()
        self._broken = False

    def take(self, rows: list[VerifiedRow]) -> None:
        """Fold some entries."""
        for row in rows:
            if self._broken:
                return
            try:
                self._take(row)
            except InterlockError as error:
                self._broken = True
                self._fault("entry", row.seq, "an entry that can be folded", str(error))
            except _MISSHAPEN as error:
                self._broken = True
                self._fault("entry", row.seq, "an entry that can be folded", repr(error))

    def finish(self) -> None:
        """Compare what all entries together lead to."""
        if self._broken:
            return
        for seq in sorted(self._expected):
            self._fault("decision about entry", seq, "one", "none")
        changes = self._changes
        with self._verification.session() as session:
            self._compare(session, Incident.__table__, list(changes.incidents.values()))
            self._compare(session, Action.__table__, list(changes.actions.values()))
            self._compare(session, Transition.__table__, changes.transitions)
            self._compare(session, Annotation.__table__, changes.annotations)

    def _take(self, row: VerifiedRow) -> None:
        if row.kind == Kind.DECISION:
            self._compare_decision(row)
            return
        folded = fold(self._state, Entry.of(row.seq, row.value), self._library)
        if row.seq > self._decided:
            return
        self._changes.add(folded, self._state)
        if folded.decision is not None:
            self._expected[row.seq] = decisions.encode(folded.decision)
        if self._snapshot is not None and row.seq == self._snapshot[0]:
            self._compare_snapshot(self._snapshot[1])

    def _compare_decision(self, row: VerifiedRow) -> None:
        of = row.value["of"]
        bodies = self._expected.get(of) or [b"no decision"]
        body = bodies.pop(0)
        if not bodies:
            self._expected.pop(of, None)
        if body != row.body:
            self._fault(f"decision about entry {of} at", row.seq, *_difference(body, row.body))

    def _compare_snapshot(self, stored: bytes) -> None:
        derived = snapshot.take(self._state)
        if derived != stored:
            self._fault("snapshot", self._state.seq, *_difference(derived, stored))

    def _compare(self, session: Session, table: Table, rows: list[Any]) -> None:
        """Compare a read model with the rows derived, whatever order either is in."""
        keys = [column.name for column in table.primary_key]
        derived = {tuple(getattr(row, name) for name in keys): row._asdict() for row in rows}
        for found in session.execute(select(table)).mappings():
            key = tuple(found[name] for name in keys)
            where = f"{table.name} {'/'.join(map(str, key))}"
            expected = derived.pop(key, None)
            if expected is None:
                self._fault(where, None, "no such row", "one")
                continue
            for name, value in expected.items():
                if found[name] != value:
                    found_text = f"{found[name]!r:.120}"
                    self._fault(f"{where} {name}", None, f"{value!r:.120}", found_text)
        for key in derived:
            self._fault(f"{table.name} {'/'.join(map(str, key))}", None, "a row", "none")

    def _fault(self, where: str, seq: int | None, expected: str, found: str) -> None:
        self._verification.add(Fault(where, seq, expected, found))


def _difference(expected: bytes, found: bytes) -> tuple[str, str]:
    """Return both bodies from shortly before the first byte that differs."""
    place = next(
        (i for i, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b),
        min(len(expected), len(found)),
    )
    start = max(0, place - 40)
    return _part(expected, start, place), _part(found, start, place)


def _part(body: bytes, start: int, place: int) -> str:
    before, after = "…" if start else "", "…" if len(body) > place + 80 else ""
    return before + body[start : place + 80].decode(errors="backslashreplace") + after
