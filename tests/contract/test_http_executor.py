"""The http executor against a real server on loopback: what is sent, and what is made of it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from aiohttp import web

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.egress import Origin
from interlock.engine.executors.endpoint import Endpoint, Pick
from interlock.engine.executors.http import HttpExecutor
from interlock.engine.executors.placeholders import Literal, Placeholder
from interlock.errors import ExecutionError, ExecutionRefused
from interlock.language.values import BOOL, INT, STRING, Field, double, list_of
from tests.unit.engine.executors.given import attempt, probe

FIELDS = {
    "name": Field(STRING),
    "ratio": Field(double(2), optional=True),
    "hosts": Field(list_of(STRING), optional=True),
}
NAME = Placeholder("name", FIELDS["name"])


class Server:
    """Records what it is sent and answers what the test says."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Callable[[web.Request], Awaitable[web.StreamResponse]] = self.ok
        self.port = 0

    async def ok(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"job": {"id": "j1"}, "count": 3})

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(
            {
                "method": request.method,
                "path": request.raw_path,
                "headers": dict(request.headers),
                "body": (await request.read()).decode(),
            }
        )
        return await self.answer(request)

    def endpoint(self, **changes: Any) -> Endpoint:
        given: dict[str, Any] = {
            "method": "POST",
            "origin": Origin("http", "127.0.0.1", self.port),
            "path": (Literal("do"), NAME),
            "egress": frozenset({f"127.0.0.1:{self.port}"}),
            "inputs": FIELDS,
        }
        return Endpoint(**{**given, **changes})


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def execute(
    arrange: Callable[[Server], Endpoint] = lambda server: server.endpoint(),
    **changes: Any,
) -> tuple[AttemptResult, Server]:
    """Perform ``restart`` once; return its result and what the server saw."""

    async def main() -> tuple[AttemptResult, Server]:
        async with serving() as server:
            executor = HttpExecutor({"restart": arrange(server)}, {})
            try:
                return await executor.execute(attempt(**{"timeout_ms": 5_000, **changes})), server
            finally:
                await executor.close()

    return asyncio.run(main())


def look(
    arrange: Callable[[Server], Endpoint] = lambda server: server.endpoint(method="GET"),
    **changes: Any,
) -> Any:
    """Answer the probe ``check`` once."""

    async def main() -> Any:
        async with serving() as server:
            executor = HttpExecutor({}, {"check": arrange(server)})
            try:
                return await executor.probe(probe(**{"timeout_ms": 5_000, **changes}))
            finally:
                await executor.close()

    return asyncio.run(main())


def answering(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], **changes: Any
) -> Callable[[Server], Endpoint]:
    """Arrange what the server answers."""

    def arrange(server: Server) -> Endpoint:
        server.answer = answer
        return server.endpoint(**changes)

    return arrange


def status(code: int, body: str = "", **headers: str) -> Callable[..., Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=code, text=body, headers=headers)

    return answer


def test_a_call_carries_key_epoch_attempt_and_incident() -> None:
    _, server = execute()

    headers = server.requests[0]["headers"]
    assert headers["Idempotency-Key"] == "key-1"
    assert headers["Interlock-Epoch"] == "1"
    assert headers["Interlock-Attempt"] == "1"
    assert headers["Interlock-Incident"] == "inc-1"


@pytest.mark.parametrize(
    "name",
    ["web", "a/b", "../admin", "%2e%2e", "x?y=1#z", "a b\r\nX: y", "é", "@evil.org", ";a=b", "//h"],
)
def test_a_hostile_value_is_one_quoted_segment(name: str) -> None:
    _, server = execute(inputs={"name": name})

    (empty, fixed, segment) = server.requests[0]["path"].split("/")
    assert ("", "do", name) == (empty, fixed, unquote(segment))
    assert not set("?#\r\n ") & set(segment)


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_value_that_is_no_segment_is_refused(name: str) -> None:
    with pytest.raises(ExecutionRefused, match="no path segment"):
        execute(inputs={"name": name})


def test_query_values_are_quoted_and_absent_ones_left_out() -> None:
    ratio = Placeholder("ratio", FIELDS["ratio"])
    query = {"name": NAME, "mode": Literal("fast"), "ratio": ratio}

    _, server = execute(lambda s: s.endpoint(query=query), inputs={"name": "a&b=c"})

    query_sent = server.requests[0]["path"].partition("?")[2]
    assert parse_qsl(query_sent) == [("name", "a&b=c"), ("mode", "fast")]


def test_a_body_holds_typed_values_exactly() -> None:
    body = {
        "name": NAME,
        "ratio": Placeholder("ratio", FIELDS["ratio"]),
        "hosts": Placeholder("hosts", FIELDS["hosts"]),
        "deep": [{"target": Placeholder("id", None)}, True, 1, None],
    }

    _, server = execute(
        lambda s: s.endpoint(body=body),
        inputs={"name": 'x", "admin": true, "', "ratio": 5, "hosts": ("a", "b")},
    )

    assert json.loads(server.requests[0]["body"], parse_float=str) == {
        "name": 'x", "admin": true, "',
        "ratio": "0.05",
        "hosts": ["a", "b"],
        "deep": [{"target": "web-1"}, True, 1, None],
    }


def test_outputs_are_picked_from_the_answer() -> None:
    picks = {"job": Pick(("job", "id"), Field(STRING)), "count": Pick(("count",), Field(INT))}

    result, _ = execute(lambda s: s.endpoint(picks=picks))

    assert result.outputs == {"job": "j1", "count": 3}


def test_an_answer_without_a_picked_output_is_an_error() -> None:
    picks = {"none": Pick(("none",), Field(STRING))}

    result, _ = execute(lambda s: s.endpoint(picks=picks))

    assert ("error", "bad_output") == (result.outcome, result.code)


def test_a_status_that_is_no_success_is_an_error_with_what_was_said() -> None:
    result, _ = execute(answering(status(503, "\x1b[31mbusy")))

    assert AttemptResult("error", "http_503", "status 503. busy") == result


def test_a_redirect_is_not_followed() -> None:
    result, server = execute(answering(status(302, Location="http://127.0.0.1:1/elsewhere")))

    assert result.code == "http_302"
    assert len(server.requests) == 1


def test_an_answer_that_is_too_long_is_not_read_to_its_end() -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    result, _ = execute(answering(flood))

    assert ("error", "too_long") == (result.outcome, result.code)


def test_a_compressed_answer_is_not_unpacked() -> None:
    picks = {"count": Pick(("count",), Field(INT))}

    async def zipped(_: web.Request) -> web.Response:
        response = web.json_response({"count": 1})
        response.enable_compression(web.ContentCoding.gzip)
        return response

    result, _ = execute(answering(zipped, picks=picks))

    assert result.outcome == "error"


def test_a_connection_that_cannot_be_made_did_nothing() -> None:
    def closed(_: Server) -> Endpoint:
        return replace(
            _.endpoint(), origin=Origin("http", "127.0.0.1", 1), egress=frozenset({"127.0.0.1:1"})
        )

    result, _ = execute(closed)

    assert ("error", "unreachable") == (result.outcome, result.code)


def test_a_connection_that_is_lost_leaves_the_effect_unknown() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        request.transport.close()
        return web.Response()

    result, _ = execute(answering(hang_up))

    assert ("timeout", "connection_lost") == (result.outcome, result.code)


def test_the_operators_timeout_counts_too() -> None:
    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    result, _ = execute(answering(hang, timeout_ms=200))

    assert ("timeout", "deadline") == (result.outcome, result.code)


def test_a_host_that_is_not_listed_is_not_spoken_to() -> None:
    with pytest.raises(ExecutionRefused, match="egress list"):
        execute(lambda s: s.endpoint(egress=frozenset({"127.0.0.1:1"})))


def test_the_inventory_may_name_the_host_if_it_is_listed() -> None:
    url = Placeholder("url", None)

    async def main() -> tuple[AttemptResult, str]:
        async with serving() as server:
            executor = HttpExecutor({"restart": server.endpoint(origin=url)}, {})
            target = {"id": "web-1", "url": f"http://127.0.0.1:{server.port}"}
            result = await executor.execute(attempt(target=target))
            elsewhere = attempt(
                target={"id": "web-2", "url": "http://127.0.0.1:1"}, idempotency_key="key-2"
            )
            with pytest.raises(ExecutionRefused) as refused:
                await executor.execute(elsewhere)
            await executor.close()
            return result, str(refused.value)

    result, refusal = asyncio.run(main())

    assert result.outcome == "ok"
    assert "egress list" in refusal


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]"]
)
def test_the_metadata_address_is_not_connected_to_however_it_is_spelt(host: str) -> None:
    origin = Origin("http", host.strip("[]"), 80)

    result, _ = execute(lambda s: s.endpoint(origin=origin, egress=frozenset({origin.authority})))

    assert ("error", "unreachable") == (result.outcome, result.code)
    assert re.search("never connected to|not a canonical", result.message)


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")

    result, server = execute()

    assert result.outcome == "ok"
    assert len(server.requests) == 1


def test_a_probe_sees_status_latency_and_picked_fields() -> None:
    picks = {"count": Pick(("count",), Field(INT))}

    seen = look(lambda s: s.endpoint(method="GET", picks=picks))

    assert 0 <= seen.pop("latency") < 5_000
    assert seen == {"status": 200, "ok": True, "count": 3}


def test_a_probe_of_a_bad_answer_sees_that_it_is_bad() -> None:
    picks = {"up": Pick(("up",), Field(BOOL))}

    seen = look(answering(status(500, "oops"), method="GET", picks=picks))

    assert (500, False) == (seen["status"], seen["ok"])
    assert "up" not in seen


def test_a_probe_of_what_is_down_sees_that_it_is_down() -> None:
    def closed(server: Server) -> Endpoint:
        return replace(
            server.endpoint(method="GET"),
            origin=Origin("http", "127.0.0.1", 1),
            egress=frozenset({"127.0.0.1:1"}),
        )

    seen = look(closed)

    assert (0, False) == (seen["status"], seen["ok"])


def test_a_probe_of_what_hangs_sees_that_it_does_not_answer() -> None:
    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    seen = look(answering(hang, method="GET"), timeout_ms=200)

    assert (0, False) == (seen["status"], seen["ok"])


def test_a_probe_of_a_host_that_is_not_listed_is_an_error() -> None:
    with pytest.raises(ExecutionRefused):
        look(lambda s: s.endpoint(method="GET", egress=frozenset()))


def test_a_probe_whose_field_does_not_fit_is_an_error() -> None:
    picks = {"job": Pick(("job", "id"), Field(INT))}

    with pytest.raises(ExecutionError, match="does not fit"):
        look(lambda s: s.endpoint(method="GET", picks=picks))
