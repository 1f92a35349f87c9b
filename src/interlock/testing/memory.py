"""A journal in memory, with what a partition needs of a store; nothing is durable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from interlock.digest import digest_bytes
from interlock.engine.journal.forms import Draft, Found, Row
from interlock.engine.rows import (
    ActionRow,
    AnnotationRow,
    Derived,
    IncidentRow,
    TransitionRow,
)
from interlock.errors import NotFound


class MemoryStore:
    """Keeps entries and read-model rows in lists and dicts."""

    def __init__(self) -> None:
        self.entries: list[Row] = []
        self.blobs: dict[str, bytes] = {}
        self.incidents: dict[str, IncidentRow] = {}
        self.actions: dict[str, ActionRow] = {}
        self.transitions: list[TransitionRow] = []
        self.annotations: list[AnnotationRow] = []
        self.decided_through = -1
        self.epoch = 0
        self._dedup: dict[bytes, Found] = {}
        self._snapshot: tuple[int, bytes] | None = None

    @property
    def reader(self) -> Self:
        """Itself: it reads as it writes."""
        return self

    def append(
        self,
        drafts: Sequence[Draft],
        derived: Derived,
        *,
        now_ms: int,
        blobs: Sequence[bytes] = (),
    ) -> Sequence[int]:
        """Keep drafts and rows; return the positions given.  Checkpoints are not made."""
        del now_ms
        first = len(self.entries)
        for seq, draft in enumerate(drafts, first):
            self.entries.append(Row(seq, draft.kind, draft.body))
            if draft.dedup is not None:
                self._dedup[draft.dedup[0]] = (seq, draft.dedup[1])
        self.blobs.update((digest_bytes(blob), blob) for blob in blobs)
        self.incidents.update((row.id, row) for row in derived.incidents)
        self.actions.update((row.intent, row) for row in derived.actions)
        self.transitions.extend(derived.transitions)
        self.annotations.extend(derived.annotations)
        if derived.decided_through is not None:
            self.decided_through = derived.decided_through
        self._snapshot = derived.snapshot or self._snapshot
        return range(first, len(self.entries))

    def known(self, keys: Sequence[bytes]) -> Mapping[bytes, Found]:
        """Return what is held of the dedup keys."""
        return {key: self._dedup[key] for key in keys if key in self._dedup}

    def dedup(self) -> Mapping[int, tuple[bytes, bytes]]:
        """Return the dedup key and mark of each signal, by position."""
        return {seq: (key, mark) for key, (seq, mark) in self._dedup.items()}

    def read(self, start: int, limit: int) -> Sequence[Row]:
        """Return up to ``limit`` entries from a position on."""
        return self.entries[start : start + limit]

    def blob(self, digest: str) -> bytes:
        """Return a stored content.

        Raises:
            NotFound: there is none of that digest.
        """
        if digest not in self.blobs:
            raise NotFound(f"no blob {digest}")
        return self.blobs[digest]

    def snapshot(self) -> tuple[int, bytes] | None:
        """Return the last snapshot."""
        return self._snapshot
