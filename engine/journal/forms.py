"""What the journal takes and gives, without a database: for whoever keeps it otherwise."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Found: TypeAlias = tuple[int, bytes]
"""The seq that holds a message, and the digest of what it said."""


class Draft(NamedTuple):
    """An entry to be appended.

    Attributes:
        kind: as in the body.
        body: canonical JSON of an object with ``at`` and ``kind``, at most 65,535 bytes.
        dedup: for a message: 16 bytes of a digest of its identity, 8 of what it says.
    """

    kind: str
    body: bytes
    dedup: tuple[bytes, bytes] | None = None


class Row(NamedTuple):
    """One entry as it is stored."""

    seq: int
    kind: str
    body: bytes
