"""The edge: slots, sizes, and what is counted."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from interlock.errors import Overloaded, RequestRejected
from interlock.server.metrics import ServerMetrics
from interlock.server.wire import MAX_REQUEST_BYTES, Slots, decode
from interlock.v1.audit_service_pb2 import ExplainRequest


def test_a_slot_is_held_as_long_as_the_call_and_no_longer() -> None:
    slots = Slots("calls", 1)

    with slots.taken():
        with pytest.raises(Overloaded, match="1 calls are open already"), slots.taken():
            pass
        assert 1 == slots.used
    with slots.taken():
        pass
    assert 0 == slots.used


def test_a_slot_is_given_back_when_the_call_fails() -> None:
    slots = Slots("calls", 1)

    with pytest.raises(ValueError, match="bug"), slots.taken():
        raise ValueError("bug")

    assert 0 == slots.used


def test_a_request_is_what_its_bytes_encode() -> None:
    request = ExplainRequest(id="inc-1")

    assert request == decode(ExplainRequest, request.SerializeToString())


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(RequestRejected, match="split it"):
        decode(ExplainRequest, bytes(MAX_REQUEST_BYTES + 1))


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05ab", b"\x0a\x02\xff\xfe"])
def test_bytes_that_are_no_request_are_refused_and_the_message_named(data: bytes) -> None:
    with pytest.raises(RequestRejected, match=r"interlock\.v1\.ExplainRequest"):
        decode(ExplainRequest, data)


def test_calls_are_counted_by_method_and_status() -> None:
    registry = CollectorRegistry()
    metrics = ServerMetrics(registry)

    metrics.call("AuditService/Explain", "OK", 0.003)
    metrics.call("AuditService/Explain", "NOT_FOUND", 0.001)

    def shown(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    explain = {"method": "AuditService/Explain"}
    assert 1.0 == shown("interlock_server_calls_total", **explain, code="OK")
    assert 1.0 == shown("interlock_server_calls_total", **explain, code="NOT_FOUND")
    assert 2.0 == shown("interlock_server_call_seconds_count", **explain)
