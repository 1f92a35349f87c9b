"""The http executor against a real server on loopback: what is sent, and what is made of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

import pytest
from aiohttp import web

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.egress import Origin
from interlock.engine.executors.endpoint import Endpoint, Pick
from interlock.engine.executors.placeholders import Literal, Placeholder
from interlock.errors import ExecutionError, ExecutionRefused
from interlock.language.values import BOOL, INT, STRING, Field
from tests.contract.http_server import (
    FIELDS,
    NAME,
    Server,
    answering,
    execute,
    look,
    status,
)


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


def test_a_probe_whose_field_does_not_fit_is_an_error() -> None:
    picks = {"job": Pick(("job", "id"), Field(INT))}

    with pytest.raises(ExecutionError, match="does not fit"):
        look(lambda s: s.endpoint(method="GET", picks=picks))
