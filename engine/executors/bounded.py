"""Reads a response of unknown length with flat memory."""

from __future__ import annotations

import aiohttp

from interlock.errors import ExecutionError


async def read_bounded(stream: aiohttp.StreamReader, limit: int) -> bytes:
    """Return the whole stream.

    Raises:
        ExecutionError: it is longer than ``limit`` bytes; the rest is not read.
    """
    read = bytearray()
    async for chunk in stream.iter_any():
        read += chunk
        if len(read) > limit:
            raise ExecutionError(f"the answer is longer than {limit} bytes", reason="too_long")
    return bytes(read)
