"""When a client comes again, and which error it raises."""

from __future__ import annotations

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from interlock import errors
from interlock.client.retry import RetryPolicy, error_of, retry_delay
from interlock.server.errors import rpc_code, rpc_status

Code = grpc.StatusCode


def failure(code: grpc.StatusCode, status: Status | None = None) -> grpc.aio.AioRpcError:
    details = (("grpc-status-details-bin", status.SerializeToString()),) if status else ()
    message = status.message if status else code.name
    trailing = grpc.aio.Metadata(*details)
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailing, message, "")


def raised(error: errors.InterlockError) -> grpc.aio.AioRpcError:
    """Return what a client sees of an error the service raises."""
    return failure(rpc_code(error), rpc_status(error))


@pytest.mark.parametrize(
    "family",
    [
        errors.RequestRejected,
        errors.SignalRejected,
        errors.NotFound,
        errors.NotPermitted,
        errors.Overloaded,
        errors.NotReady,
        errors.ExecutionRefused,
        errors.JournalError,
        errors.JournalCorrupt,
        errors.InvariantBroken,
    ],
)
def test_what_the_service_raises_is_what_the_client_raises(
    family: type[errors.InterlockError],
) -> None:
    error = error_of(raised(family("why", incident="inc-1")))

    assert family is type(error)
    assert "why" == str(error)
    assert {"incident": "inc-1"} == error.details


@pytest.mark.parametrize(
    ("code", "family"),
    [
        (Code.UNAVAILABLE, errors.NotReady),
        (Code.DEADLINE_EXCEEDED, errors.NotReady),
        (Code.UNIMPLEMENTED, errors.RequestRejected),
        (Code.RESOURCE_EXHAUSTED, errors.RequestRejected),
        (Code.UNKNOWN, errors.InterlockError),
    ],
)
def test_a_failure_without_an_error_is_the_nearest_one(
    code: grpc.StatusCode, family: type[errors.InterlockError]
) -> None:
    assert family is type(error_of(failure(code)))


def test_what_may_pass_is_repeated_at_growing_intervals() -> None:
    policy = RetryPolicy(initial_interval=1, maximum_interval=5, maximum_attempts=6)
    passing = failure(Code.UNAVAILABLE)

    delays = [policy.delay(passing, attempt) for attempt in range(1, 7)]

    for delay, most in zip(delays[:5], (1, 2, 4, 5, 5), strict=True):
        assert delay is not None
        assert most / 2 <= delay <= most
    assert delays[5] is None


def test_overload_is_repeated_not_before_the_service_says() -> None:
    policy = RetryPolicy(initial_interval=0.001)

    delay = policy.delay(raised(errors.Overloaded("full", retry_after_ms=2500)), 1)

    assert 2.5 == delay


@pytest.mark.parametrize(
    "final",
    [
        failure(Code.RESOURCE_EXHAUSTED),
        failure(Code.DEADLINE_EXCEEDED),
        raised(errors.RequestRejected("wrong")),
        raised(errors.NotFound("none")),
        raised(errors.InvariantBroken("bug")),
    ],
)
def test_what_would_fail_again_is_not_repeated(final: grpc.aio.AioRpcError) -> None:
    assert RetryPolicy().delay(final, 1) is None


def test_a_delay_is_asked_for_only_where_there_is_one() -> None:
    status = Status(code=8)
    status.details.add().Pack(RetryInfo())

    assert 0.0 == retry_delay(failure(Code.RESOURCE_EXHAUSTED, status))
    assert retry_delay(failure(Code.UNAVAILABLE)) is None
