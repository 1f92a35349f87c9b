"""Where the http executor speaks to, and how much of an answer it takes."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import web

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.egress import Origin
from interlock.engine.executors.endpoint import Pick
from interlock.engine.executors.http import HttpExecutor
from interlock.engine.executors.placeholders import Placeholder
from interlock.errors import ExecutionRefused
from interlock.language.values import INT, Field
from tests.contract.http_server import (
    answering,
    execute,
    look,
    serving,
    status,
)
from tests.unit.engine.executors.given import attempt


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


def test_a_probe_of_a_host_that_is_not_listed_is_an_error() -> None:
    with pytest.raises(ExecutionRefused):
        look(lambda s: s.endpoint(method="GET", egress=frozenset()))
