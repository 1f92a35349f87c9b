"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass

MOST_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not what it must be.

    Attributes:
        where: ``entry``, ``checkpoint``, ``your checkpoint``, ``dedup``, ``blob``, ``cursor``,
            ``snapshot``, ``file``, or what a caller checks besides.
        seq: the entry it concerns; for a checkpoint, its size; None when there is none.
        expected: what must be there.
        found: what is there.
    """

    where: str
    seq: int | None
    expected: str
    found: str

    def line(self) -> str:
        """Return the fault as one line for a person."""
        place = self.where if self.seq is None else f"{self.where} {self.seq}"
        return f"{place}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Attributes:
        entries: how many entries were read.
        root: the root hash of them.
        sealed: how many of them the store's checkpoints cover.
        witnessed: how many of them the caller's own checkpoint covers.
        signatures_checked: False without a public key: then a checkpoint proves little.
        dedup_checked: False when the caller did not say which entries are messages.
        faults: the first thousand, in the order they were found.
        fault_count: how many there were.
    """

    entries: int
    root: bytes
    sealed: int
    witnessed: int
    signatures_checked: bool
    dedup_checked: bool
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault_count == 0
