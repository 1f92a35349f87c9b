"""The owner of one partition: journal, state and the decisions that are not on disk yet.

::

    append(proposals)   one transaction: pending decisions, their rows, then the new entries
    decide()            fold the new entries; their decisions become pending
    Released            what decisions that are on disk let out

Appending before deciding means an acknowledged entry is on disk before anything follows from
it; deciding before the next append means one fsync carries both.  A crash between the two
folds again from the journal and gives the same bytes.  Plain and synchronous: the runtime
drives it from its thread, tests drive it from theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from interlock import digest
from interlock.engine import decisions
from interlock.engine.executors.base import Attempt, ProbeRequest
from interlock.engine.fold import snapshot
from interlock.engine.fold.decide import NOTHING, fold
from interlock.engine.fold.state import State
from interlock.engine.fold.turn import Folded
from interlock.engine.intake import Proposal
from interlock.engine.journal.forms import Draft, Row
from interlock.engine.library import Library
from interlock.engine.model import Body, Entry, Kind
from interlock.engine.rows import Derived
from interlock.engine.views import Changes
from interlock.errors import JournalCorrupt
from interlock.rules.model import Evaluation

SNAPSHOT_EVERY = 50_000
"""Entries after which the state is saved, so that a restart folds no more than these."""

_READ = 1_000


class Reading(Protocol):
    """What a partition reads when it recovers."""

    def read(self, start: int, limit: int) -> Sequence[Row]:
        """Return up to ``limit`` entries from ``start`` on, in order."""
        ...

    def snapshot(self) -> tuple[int, bytes] | None:
        """Return the latest snapshot: the position it is after, and the state."""
        ...


class Journal(Protocol):
    """What a partition needs of a store."""

    @property
    def reader(self) -> Reading:
        """Where entries are read."""
        ...

    @property
    def decided_through(self) -> int:
        """The last position whose decision is on disk; -1 before the first."""
        ...

    def append(
        self,
        drafts: Sequence[Draft],
        derived: Derived,
        *,
        now_ms: int,
        blobs: Sequence[bytes] = (),
    ) -> Sequence[int]:
        """Write all of it in one transaction and return the positions given."""
        ...


@dataclass(slots=True)
class Released:
    """What decisions that are on disk let out.

    Attributes:
        attempts: to dispatch.
        recalls: attempts not to be sent if they have not been.
        probes: to observe.
        evaluations: for the second engine.
        changes: rows that changed, for whoever watches.
        decisions: bodies of the decisions, for figures.
    """

    attempts: list[Attempt] = field(default_factory=list)
    recalls: list[tuple[str, int, int]] = field(default_factory=list)
    probes: list[ProbeRequest] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    decisions: list[Body] = field(default_factory=list)

    def add(self, folded: Folded, state: State) -> None:
        """Add what one entry led to."""
        self.attempts.extend(folded.attempts)
        self.recalls.extend(folded.recalls)
        self.probes.extend(folded.probes)
        self.evaluations.extend(folded.evaluations)
        self.changes.add(folded, state)
        if folded.decision is not None:
            self.decisions.append(folded.decision)


class Partition:
    """Owns the journal and the state; one thread at a time."""

    def __init__(self, journal: Journal, library: Library) -> None:
        self._journal = journal
        self._library = library
        self._fresh: list[Entry] = []
        self._bodies: list[bytes] = []
        self._pending = Released()
        self._saved = -1
        self.state = State()

    # --- recovery ---------------------------------------------------------------------------

    def recover(self) -> None:
        """Rebuild the state from the last snapshot and the entries after it.

        Raises:
            JournalCorrupt: an entry makes no sense, or a stored decision is not what folding
                gives again.
        """
        saved = self._journal.reader.snapshot()
        if saved is not None and snapshot.is_current(saved[1]):
            self._saved, data = saved
            self.state = snapshot.restore(data, self._library)
        decided = self._journal.decided_through
        expected: dict[int, list[bytes]] = {}
        for row in self._rows(self._saved + 1):
            try:
                self._fold_again(row, decided, expected)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise JournalCorrupt(
                    f"entry {row.seq} makes no sense: {error!r}; run interlock audit verify",
                    seq=row.seq,
                ) from error
        if expected:
            raise JournalCorrupt(f"the decision about entry {min(expected)} is missing")
        self._pending.evaluations = list(self.state.evaluations)

    def _fold_again(self, row: Row, decided: int, expected: dict[int, list[bytes]]) -> None:
        """Fold an entry of before, or hold a decision of before against what folding gave."""
        body = digest.decode(row.body)
        if row.kind == Kind.DECISION:
            if body["of"] > self._saved:
                _compare(expected, body["of"], row)
            return
        self._fold(Entry.of(row.seq, body))
        if row.seq <= decided:
            if self._bodies:
                expected[row.seq] = self._bodies
            self._bodies, self._pending = [], Released()

    def _rows(self, start: int) -> Iterator[Row]:
        while rows := self._journal.reader.read(start, _READ):
            for seq, row in enumerate(rows, start):
                if row.seq != seq:
                    raise JournalCorrupt(f"entry {seq} is missing; run interlock audit verify")
                yield row
            start += len(rows)

    # --- work -------------------------------------------------------------------------------

    @property
    def has_decisions(self) -> bool:
        """Whether decisions wait for the next append."""
        return bool(self._bodies)

    @property
    def wants_saving(self) -> bool:
        """Whether enough has happened since the last snapshot."""
        return self.state.seq - self._saved >= SNAPSHOT_EVERY

    def append(
        self, proposals: Sequence[Proposal], now_ms: int, *, blobs: Sequence[bytes] = ()
    ) -> tuple[Sequence[int], Released]:
        """Write pending decisions and new entries in one transaction.

        Args:
            proposals: entries to be, in order.
            now_ms: the present, for checkpoints.
            blobs: contents the entries name by digest.

        Returns:
            The positions of the new entries, and what the decisions now on disk let out.

        Raises:
            JournalError: nothing was written; this partition must be opened anew.
        """
        about = [Draft(str(Kind.DECISION), body) for body in self._bodies]
        drafts = [Draft(p.kind, p.encoded, p.dedup) for p in proposals]
        derived = self._pending.changes.derived(self.state.seq)
        seqs = self._journal.append([*about, *drafts], derived, now_ms=now_ms, blobs=blobs)
        seqs = seqs[len(about) :]
        self._fresh = [
            Entry.of(seq, proposal.body, proposal.admitted)
            for seq, proposal in zip(seqs, proposals, strict=True)
        ]
        self._bodies = []
        return seqs, self.release()

    def decide(self) -> None:
        """Fold the entries of the last append; their decisions wait for the next one."""
        fresh, self._fresh = self._fresh, []
        for entry in fresh:
            self._fold(entry)

    def release(self) -> Released:
        """Return what may go out now; only with no decision pending."""
        released, self._pending = self._pending, Released()
        return released

    def save(self, now_ms: int) -> None:
        """Store a snapshot of the state; only with no decision pending.

        Raises:
            JournalError: as ``append``.
        """
        saved = (self.state.seq, snapshot.take(self.state))
        derived = replace(Changes().derived(self.state.seq), snapshot=saved)
        self._journal.append([], derived, now_ms=now_ms)
        self._saved = self.state.seq

    def _fold(self, entry: Entry) -> None:
        folded = fold(self.state, entry, self._library)
        if folded is NOTHING:
            return
        self._pending.add(folded, self.state)
        if folded.decision is not None:
            self._bodies.extend(decisions.encode(folded.decision))


def _compare(expected: dict[int, list[bytes]], of: int, row: Row) -> None:
    """Hold a stored decision against the one folding gave."""
    bodies = expected.get(of) or [b""]
    body = bodies.pop(0)
    if not bodies:
        expected.pop(of, None)
    if body != row.body:
        raise JournalCorrupt(
            f"the decision at {row.seq} is not what folding entry {of} gives: expected "
            f"{body!r:.200}, found {row.body!r:.200}; run interlock audit verify",
            seq=row.seq,
        )
