"""One table: what each family of errors becomes on the wire.

A family's nearest ancestor in the table decides.  Over gRPC the status carries
``google.rpc.ErrorInfo`` (reason = the error's code in capitals, domain ``interlock``) and,
where the caller can act on them, ``BadRequest`` (which field, and what was expected) or
``RetryInfo`` (when to come again).  Over HTTP the same error is a JSON object.
"""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from interlock import errors

DOMAIN = "interlock"
"""``ErrorInfo.domain`` of every error."""

RETRY_AFTER_MS = 1000
"""When a caller may come again, unless the error says otherwise in ``retry_after_ms``."""

# A status travels in headers, where gRPC triples what is not ASCII and a peer may refuse 8 KiB.
_MESSAGE_BYTES = 768
_DETAIL_BYTES = 128


@dataclass(frozen=True, slots=True)
class _Answer:
    rpc: grpc.StatusCode
    http: int


_TABLE: dict[type[errors.InterlockError], _Answer] = {
    errors.SignalRejected: _Answer(grpc.StatusCode.INVALID_ARGUMENT, 400),
    errors.RequestRejected: _Answer(grpc.StatusCode.INVALID_ARGUMENT, 400),
    errors.DefinitionError: _Answer(grpc.StatusCode.INVALID_ARGUMENT, 400),
    errors.NotFound: _Answer(grpc.StatusCode.NOT_FOUND, 404),
    # PERMISSION_DENIED says something about who asks, and nobody is identified yet.
    errors.NotPermitted: _Answer(grpc.StatusCode.FAILED_PRECONDITION, 409),
    errors.Overloaded: _Answer(grpc.StatusCode.RESOURCE_EXHAUSTED, 503),
    errors.NotReady: _Answer(grpc.StatusCode.UNAVAILABLE, 503),
    errors.ExecutionTimeout: _Answer(grpc.StatusCode.DEADLINE_EXCEEDED, 504),
    errors.ExecutionRefused: _Answer(grpc.StatusCode.FAILED_PRECONDITION, 409),
    errors.ExecutionError: _Answer(grpc.StatusCode.ABORTED, 502),
    errors.JournalCorrupt: _Answer(grpc.StatusCode.DATA_LOSS, 500),
    errors.JournalError: _Answer(grpc.StatusCode.UNAVAILABLE, 503),
    errors.InterlockError: _Answer(grpc.StatusCode.INTERNAL, 500),
}
# 503 and never 429: Alertmanager does not come again after a 429 and drops the notification.


def rpc_code(error: errors.InterlockError) -> grpc.StatusCode:
    """Return the gRPC status code of an error."""
    return _answer(error).rpc


def http_status(error: errors.InterlockError) -> int:
    """Return the HTTP status code of an error."""
    return _answer(error).http


def retry_after_ms(error: errors.InterlockError) -> int | None:
    """Return when the caller may come again, in ms; None when that would not help."""
    if _answer(error).http != 503:
        return None
    after: int = error.details.get("retry_after_ms", RETRY_AFTER_MS)
    return after


def rpc_status(error: errors.InterlockError) -> Status:
    """Return the ``google.rpc.Status`` of an error, less than 4 KiB."""
    status = Status(code=rpc_code(error).value[0], message=message_of(error))
    for detail in _details(error):
        status.details.add().Pack(detail)
    return status


def http_body(error: errors.InterlockError) -> dict[str, object]:
    """Return the JSON object that says the same over HTTP."""
    body: dict[str, object] = {"error": error.code, "message": message_of(error)}
    if "field" in error.details:
        body["field"] = error.details["field"]
    return body


def message_of(error: errors.InterlockError) -> str:
    """Return the error's message, at most 768 bytes."""
    return _cut(str(error), _MESSAGE_BYTES)


def _answer(error: errors.InterlockError) -> _Answer:
    return next(_TABLE[family] for family in type(error).__mro__ if family in _TABLE)


def _details(error: errors.InterlockError) -> list[Message]:
    metadata = {name: _cut(str(value), _DETAIL_BYTES) for name, value in error.details.items()}
    details: list[Message] = [
        ErrorInfo(reason=error.code.upper(), domain=DOMAIN, metadata=dict(sorted(metadata.items())))
    ]
    if "field" in error.details:
        violation = BadRequest.FieldViolation(
            field=_cut(str(error.details["field"]), _DETAIL_BYTES), description=message_of(error)
        )
        details.append(BadRequest(field_violations=[violation]))
    after = retry_after_ms(error)
    if after is not None:
        delay = Duration()
        delay.FromMilliseconds(after)
        details.append(RetryInfo(retry_delay=delay))
    return details


def _cut(text: str, size: int) -> str:
    """Return the text within so many bytes, on the edge of a character."""
    encoded = text.encode(errors="backslashreplace")
    return encoded[:size].decode(errors="ignore")
