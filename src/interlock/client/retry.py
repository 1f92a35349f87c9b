"""When to come again, and which error a failed call was."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from interlock import errors

_BY_STATUS: dict[grpc.StatusCode, type[errors.InterlockError]] = {
    grpc.StatusCode.UNAVAILABLE: errors.NotReady,
    grpc.StatusCode.DEADLINE_EXCEEDED: errors.NotReady,
    grpc.StatusCode.CANCELLED: errors.NotReady,
    grpc.StatusCode.NOT_FOUND: errors.NotFound,
    grpc.StatusCode.PERMISSION_DENIED: errors.NotPermitted,
    grpc.StatusCode.UNAUTHENTICATED: errors.NotPermitted,
    grpc.StatusCode.FAILED_PRECONDITION: errors.NotPermitted,
    grpc.StatusCode.INVALID_ARGUMENT: errors.RequestRejected,
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.RequestRejected,  # without RetryInfo: too large
    grpc.StatusCode.UNIMPLEMENTED: errors.RequestRejected,
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How a call that may succeed later is repeated."""

    initial_interval: float = 0.1
    """Seconds before the first repetition."""
    backoff_coefficient: float = 2.0
    """Factor by which the interval grows."""
    maximum_interval: float = 5.0
    """Longest interval, in seconds."""
    maximum_attempts: int = 8
    """Attempts in all, the first included; 1 means never repeat."""

    def delay(self, failure: grpc.aio.AioRpcError, attempt: int) -> float | None:
        """Return how many seconds to wait before the next attempt; None to give up.

        UNAVAILABLE may pass; RESOURCE_EXHAUSTED may when the service says when to come
        again.  The wait is that, or between half the interval and the whole of it.

        Args:
            failure: how the attempt ended.
            attempt: its number, from 1.
        """
        asked = retry_delay(failure)
        passing = failure.code() is grpc.StatusCode.UNAVAILABLE or asked is not None
        if not passing or attempt >= self.maximum_attempts:
            return None
        grown = self.initial_interval * self.backoff_coefficient ** (attempt - 1)
        interval = min(grown, self.maximum_interval)
        jittered = interval * (1 + secrets.randbelow(1000) / 1000) / 2
        return max(jittered, asked or 0.0)


def retry_delay(failure: grpc.aio.AioRpcError) -> float | None:
    """Return the seconds of the service's RetryInfo; None when it gave none."""
    for detail in _status(failure).details:
        info = RetryInfo()
        if detail.Unpack(info):
            milliseconds: int = info.retry_delay.ToMilliseconds()
            return milliseconds / 1000
    return None


def error_of(failure: grpc.aio.AioRpcError) -> errors.InterlockError:
    """Return the error the service raised, or the one that says what the call came to."""
    message = failure.details() or failure.code().name
    for detail in _status(failure).details:
        info = ErrorInfo()
        if detail.Unpack(info) and info.domain == "interlock":
            error = _families().get(info.reason, errors.InterlockError)(message)
            error.details = dict(info.metadata)
            return error
    return _BY_STATUS.get(failure.code(), errors.InterlockError)(message)


def _status(failure: grpc.aio.AioRpcError) -> Status:
    for key, value in failure.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return Status.FromString(value)
    return Status()


def _families() -> dict[str, type[errors.InterlockError]]:
    return {family.code.upper(): family for family in _descendants(errors.InterlockError)}


def _descendants(family: type[errors.InterlockError]) -> Iterator[type[errors.InterlockError]]:
    for child in family.__subclasses__():
        # Only the tree itself: a subclass elsewhere says more about its place than its kind.
        if child.__module__ == errors.__name__:
            yield child
            yield from _descendants(child)
