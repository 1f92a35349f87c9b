"""How the server and the worker speak: length-prefixed JSON over pipes, and one shared number.

A request is ``{"plans": {digest: plan}, "evaluations": [[digest, focus, rows], …]}``; its answer is
``{"answers": […], "leaving": reason | null}`` with, per evaluation in order, its matches or the
reason why it was refused as a string.  A worker that leaves may answer fewer than it was asked; the
rest is asked again of the next worker.  Before the first request the worker says
``{"ready": true}`` or ``{"ready": false, "reason": …}``.

The shared number is the place in the batch of the evaluation the worker is at, so that whoever
watches knows which one killed it or takes too long without a message per evaluation.
"""

from __future__ import annotations

import mmap
import struct
from typing import BinaryIO, Final

from interlock.errors import InvariantBroken

HEADER: Final = struct.Struct(">I")
MAX_FRAME: Final = 64 * 1024 * 1024
"""Bytes of one frame; 512 facts of 100 columns are under 8 MiB."""


def frame(body: bytes) -> bytes:
    """Return a body with its length before it.

    Raises:
        InvariantBroken: the body is longer than ``MAX_FRAME``.
    """
    return HEADER.pack(checked_length(len(body))) + body


def read_frame(source: BinaryIO) -> bytes | None:
    """Return the next body, or None at the end of the stream.  Blocking."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    body = source.read(checked_length(length))
    return body if len(body) == length else None


def checked_length(length: int) -> int:
    """Return the length of a frame, or raise InvariantBroken when it is out of bounds."""
    if length > MAX_FRAME:
        raise InvariantBroken(f"a frame of {length} bytes; at most {MAX_FRAME}")
    return length


IDLE: Final = 2**64 - 1
"""What the shared number says when the worker has nothing to do."""


class Progress:
    """One number in memory that two processes share."""

    SIZE: Final = 8

    def __init__(self, descriptor: int) -> None:
        """Map a file of at least eight bytes."""
        self._memory = mmap.mmap(descriptor, self.SIZE)
        self._cell = memoryview(self._memory).cast("Q")

    def mark(self, place: int) -> None:
        """Say where the work is, or ``IDLE``."""
        self._cell[0] = place

    def read(self) -> int:
        """Return where the work is."""
        return self._cell[0]

    def close(self) -> None:
        """Unmap."""
        self._cell.release()
        self._memory.close()
