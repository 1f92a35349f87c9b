"""A posted body within its bounds, and an error as an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from interlock.errors import InterlockError, Overloaded, RequestRejected
from interlock.server.errors import http_body, http_status, retry_after_ms

MAX_BODY_BYTES = 8 * 1024 * 1024
"""Largest body; 5,000 alerts of Alertmanager are 1.8 MB."""

MAX_HELD_BYTES = 64 * 1024 * 1024
"""Bodies being read or taken at a time, together."""

BODY_SECONDS = 10.0
"""How long a body may take to arrive."""


class PostRefused(RequestRejected):
    """A post that HTTP has a status of its own for."""

    def __init__(self, status: int, message: str) -> None:
        """Say why.

        Args:
            status: the HTTP status.
            message: expected, found, and what to do.
        """
        super().__init__(message)
        self.status = status


class Held:
    """How many bytes of bodies are held, and the bound on them."""

    def __init__(self, limit: int = MAX_HELD_BYTES) -> None:
        """Start with none."""
        self._limit = limit
        self._bytes = 0

    @contextmanager
    def body(self) -> Iterator[Body]:
        """Hold one body for as long as the context lasts."""
        body = Body(self)
        try:
            yield body
        finally:
            self._bytes -= len(body.data)

    def grow(self, count: int) -> None:
        """Hold more bytes.

        Raises:
            Overloaded: that would be too many.
        """
        if self._bytes + count > self._limit:
            raise Overloaded("too many posted bodies are being read; come again later")
        self._bytes += count


class Body:
    """The bytes of one body while they arrive."""

    def __init__(self, held: Held) -> None:
        """Start empty."""
        self._held = held
        self.data = bytearray()

    async def read(self, request: Request) -> object:
        """Return the JSON the request carries.

        Raises:
            PostRefused: wrong media type, too large, too slow, or cut off.
            RequestRejected: it is not JSON.
            Overloaded: too many bodies are held already.
        """
        _check_headers(request)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.stream():
                    _check_size(len(self.data) + len(chunk))
                    self._held.grow(len(chunk))
                    self.data += chunk
        except TimeoutError as error:
            raise PostRefused(408, f"body: expected within {BODY_SECONDS:g} s") from error
        except ClientDisconnect as error:
            raise PostRefused(400, "body: the sender went away before its end") from error
        try:
            parsed: object = orjson.loads(self.data)
        except orjson.JSONDecodeError as error:
            raise RequestRejected(f"body: expected JSON, found {error}", field="body") from error
        return parsed


def _check_headers(request: Request) -> None:
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if media.lower() != "application/json":
        raise PostRefused(415, f"content-type: expected application/json, found {media[:80]!r}")
    coding = request.headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        raise PostRefused(415, f"content-encoding: expected none, found {coding[:80]!r}")
    length = request.headers.get("content-length", "")
    _check_size(int(length) if length.isdecimal() and len(length) < 16 else 0)


def _check_size(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise PostRefused(413, f"body: expected at most {MAX_BODY_BYTES} bytes, found {size}")


def refused(error: InterlockError) -> Response:
    """Return the answer that says what the error says, with Retry-After where it helps."""
    status = error.status if isinstance(error, PostRefused) else http_status(error)
    after = retry_after_ms(error)
    headers = {} if after is None else {"retry-after": str(max(1, -(-after // 1000)))}
    return JSONResponse(http_body(error), status, headers)
