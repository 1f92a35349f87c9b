"""Calls the endpoints the operator has listed; a signal chooses neither host nor method.

Guarantees: the egress list and the check of the connected address hold for every call; no
redirect is followed, no proxy of the environment is used, no cookie is kept; at most 64 KiB
of an answer is read.  Every action carries ``Idempotency-Key`` and ``Interlock-Epoch``, so
the other side can do it once and refuse a stale owner.

A connection that cannot be made did nothing (``unreachable``); one that is lost after the
request went out leaves the effect unknown, which is a timeout and never an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

import aiohttp
from typing_extensions import override

from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.bounded import read_bounded
from interlock.engine.executors.egress import guarded_socket
from interlock.engine.executors.endpoint import Endpoint
from interlock.engine.executors.http_file import read_endpoints
from interlock.engine.executors.outputs import Json, parse_json, typed_outputs
from interlock.engine.executors.plugin import Plugin
from interlock.engine.executors.pointer import find
from interlock.engine.executors.settings import check_settings, require_setting
from interlock.engine.executors.text import plain
from interlock.errors import ExecutionError, ExecutionTimeout
from interlock.language.values import BOOL, DURATION, INT, Field, Value
from interlock.ledger import Ledger

NAME: Final = "http"

ANSWER_BYTES: Final = 64 * 1024
"""The longest answer that is read."""

_SEEN: Final = {
    "status": Field(INT, doc="HTTP status; 0 when there was no answer"),
    "ok": Field(BOOL, doc="whether the status is one of `success`"),
    "latency": Field(DURATION, doc="from the call to the whole answer"),
}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


class HttpExecutor(Plugin):
    """Calls the operator's endpoints.

    Args:
        operations: what actions may call, by operation.
        probes: what probes may call, by operation.
        ledger: where effects are remembered; in memory by default.
        name: what contracts write in ``executor:``.
    """

    slack_ms: ClassVar[int] = 500  # so that a probe's own timeout comes first

    def __init__(
        self,
        operations: Mapping[str, Endpoint],
        probes: Mapping[str, Endpoint],
        ledger: Ledger | None = None,
        name: str = NAME,
    ) -> None:
        super().__init__(
            name,
            actions={name: e.manifest(_fields(e)) for name, e in operations.items()},
            probes={name: e.manifest(_SEEN | _optional(e)) for name, e in probes.items()},
            ledger=ledger,
        )
        self._operations = dict(operations)
        self._checks = dict(probes)
        self._session: aiohttp.ClientSession | None = None

    @override
    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @override
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        endpoint = self._operations[attempt.operation]
        headers = {
            "Idempotency-Key": attempt.idempotency_key,
            "Interlock-Epoch": str(attempt.epoch),
            "Interlock-Attempt": str(attempt.attempt),
            "Interlock-Incident": attempt.incident,
        }
        timeout_ms = min(attempt.timeout_ms, endpoint.timeout_ms)
        async with asyncio.timeout(timeout_ms / 1000):
            answer = await self._call(endpoint, attempt, headers)
        if answer.status not in endpoint.success:
            raise ExecutionError(
                f"status {answer.status}. {plain(answer.body, 1_000)}",
                reason=f"http_{answer.status}",
            )
        outputs = typed_outputs(_fields(endpoint), _picked(endpoint, answer.body))
        return AttemptResult("ok", message=f"status {answer.status}", outputs=outputs)

    @override
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        endpoint = self._checks[request.operation]
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await self._sight(endpoint, request)
        ok = answer.status in endpoint.success
        picked = _picked(endpoint, answer.body)
        return {
            "status": answer.status,
            "ok": ok,
            "latency": round((loop.time() - began) * 1000),
            **typed_outputs(_optional(endpoint), picked),
        }

    async def _sight(self, endpoint: Endpoint, request: ProbeRequest) -> _Answer:
        """Return the answer; not answering is an observation too, with status 0."""
        try:
            async with asyncio.timeout(min(request.timeout_ms, endpoint.timeout_ms) / 1000):
                return await self._call(endpoint, request, {})
        except (TimeoutError, _Unreachable, ExecutionTimeout):
            return _Answer(0, b"")

    async def _call(
        self, endpoint: Endpoint, work: Attempt | ProbeRequest, headers: Mapping[str, str]
    ) -> _Answer:
        url = endpoint.url(work.inputs, work.target)
        body = endpoint.content(work.inputs, work.target)
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            async with self._open().request(
                endpoint.method,
                url,
                data=body,
                headers={"Accept-Encoding": "identity", **kind, **endpoint.headers, **headers},
                allow_redirects=False,
            ) as response:
                return _Answer(response.status, await read_bounded(response.content, ANSWER_BYTES))
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise _Unreachable(f"nothing was sent: {error}", reason="unreachable") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ExecutionTimeout(
                f"the connection was lost: {type(error).__name__} {error}",
                reason="connection_lost",
            ) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(socket_factory=guarded_socket, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # the deadline is ours
                auto_decompress=False,  # a compressed answer could be of any length
                trust_env=False,
            )
        return self._session


class _Unreachable(ExecutionError):
    """No connection was made, so nothing was done."""


def create(settings: Mapping[str, str]) -> HttpExecutor:
    """Make the executor.

    Args:
        settings: ``operations``, the operator's file; optional ``ledger``, a file, and ``name``.

    Raises:
        DefinitionError: a setting or the file is wrong.
    """
    check_settings(NAME, settings, "operations", "ledger", "name")
    operations, probes = read_endpoints(Path(require_setting(NAME, settings, "operations")))
    ledger = Ledger(Path(settings["ledger"])) if settings.get("ledger") else None
    return HttpExecutor(operations, probes, ledger, settings.get("name", NAME))


def _fields(endpoint: Endpoint) -> dict[str, Field]:
    return {name: pick.field for name, pick in endpoint.picks.items()}


def _optional(endpoint: Endpoint) -> dict[str, Field]:
    """Return the picked fields of a probe: an endpoint that is down answers none of them."""
    return {name: replace(pick.field, optional=True) for name, pick in endpoint.picks.items()}


def _picked(endpoint: Endpoint, body: bytes) -> dict[str, Json]:
    """Return what the picks find; nothing in an answer that is not JSON."""
    if not endpoint.picks:
        return {}
    try:
        value = parse_json(body)
    except ValueError:
        return {}
    return {name: find(value, pick.steps) for name, pick in endpoint.picks.items()}
