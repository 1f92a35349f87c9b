"""One HTTP request to an application, without a socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

Application = Callable[..., Awaitable[None]]


class Answer(NamedTuple):
    """What the application answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


async def request(
    app: Application,
    method: str,
    path: str,
    *,
    chunks: Sequence[bytes] = (b"",),
    headers: Mapping[str, str] | None = None,
    query: str = "",
    disconnect: bool = False,
) -> Answer:
    """Send one request; its body arrives in the given chunks, or breaks off after them."""
    sent: list[Any] = []
    arriving: list[Any] = [
        {"type": "http.request", "body": chunk, "more_body": disconnect or place + 1 < len(chunks)}
        for place, chunk in enumerate(chunks)
    ]
    arriving.append({"type": "http.disconnect"})

    async def receive() -> Any:
        return arriving.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    names = {"content-type": "application/json", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in names.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    start = sent[0]
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(start["status"], answered, body)


async def post(app: Application, path: str, body: object, *, query: str = "") -> Answer:
    """Post a JSON body."""
    return await request(app, "POST", path, chunks=[orjson.dumps(body)], query=query)
