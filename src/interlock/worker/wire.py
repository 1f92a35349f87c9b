"""Values and work between the wire and Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from interlock.errors import ExecutionRefused
from interlock.language.values import JsonValue, Kind, Type, decimal_parts
from interlock.language.values import Value as Runtime
from interlock.v1 import executor_pb2
from interlock.v1.value_pb2 import Value, ValueList
from interlock.worker.work import Assignment, Question, Scalar, Target, WorkerValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def read_assignment(message: executor_pb2.Assignment) -> Assignment:
    """Return an attempt as functions see it."""
    return Assignment(
        intent=message.intent_id,
        attempt=message.attempt,
        epoch=message.epoch,
        incident=message.incident_id,
        action=message.action,
        operation=message.operation,
        inputs=_read_all(message.inputs),
        target=_read_target(message.target) if message.HasField("target") else None,
        idempotency_key=message.idempotency_key,
        timeout=message.timeout.ToTimedelta(),
        traceparent=message.traceparent,
    )


def read_question(message: executor_pb2.ProbeAssignment) -> Question:
    """Return a probe as functions see it."""
    return Question(
        id=message.probe_id,
        operation=message.operation,
        inputs=_read_all(message.inputs),
        target=_read_target(message.target) if message.HasField("target") else None,
        timeout=message.timeout.ToTimedelta(),
    )


def _read_target(message: executor_pb2.Target) -> Target:
    return Target(message.id, _read_all(message.attributes))


def _read_all(values: Mapping[str, Value]) -> dict[str, Scalar | Sequence[Scalar]]:
    return {name: read_value(values[name]) for name in values}


def read_value(value: Value) -> Scalar | Sequence[Scalar]:
    """Return a value as Python has it; a double as the Decimal of its shortest form.

    Raises:
        ExecutionRefused: the value has no kind this SDK knows.
    """
    if value.HasField("list_value"):
        return tuple(_read_scalar(item) for item in value.list_value.values)
    return _read_scalar(value)


def _read_scalar(value: Value) -> Scalar:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "int_value":
            return value.int_value
        case "bool_value":
            return value.bool_value
        case "double_value":
            return Decimal(repr(value.double_value))
        case "timestamp_value":
            return value.timestamp_value.ToDatetime(tzinfo=UTC)
        case "duration_value":
            return value.duration_value.ToTimedelta()
        case kind:
            raise ExecutionRefused(
                f"nothing was done: a value of kind {kind} is not known here; update the SDK",
                reason="unknown_kind",
            )


def json_form(value: WorkerValue) -> JsonValue:
    """Return the JSON form of an output, which ``admit`` reads.

    Raises:
        ValueError: a number has no exact form, or a datetime no zone.
        TypeError: it is no value.
    """
    match value:
        case bool() | int() | str():
            return value
        case float():
            return decimal_parts(Decimal(repr(value)))
        case Decimal():
            return decimal_parts(value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a datetime without a zone")
            return {"at_ms": (value - _EPOCH) // _MS}
        case timedelta():
            return {"ms": value // _MS}
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [json_form(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} is no value")


def write_value(value: Runtime, type_: Type) -> Value:
    """Return a runtime value as the wire has it.

    Raises:
        TypeError: the value is not of the type.
    """
    match type_.kind, value:
        case Kind.STRING, str():
            return Value(string_value=value)
        case Kind.BOOL, bool():
            return Value(bool_value=value)
        case Kind.INT, int():
            return Value(int_value=value)
        case Kind.DOUBLE, int():
            return Value(double_value=value / 10**type_.scale)
        case Kind.TIMESTAMP, int():
            moment = Timestamp()
            moment.FromMilliseconds(value)
            return Value(timestamp_value=moment)
        case Kind.DURATION, int():
            length = Duration()
            length.FromMilliseconds(value)
            return Value(duration_value=length)
        case Kind.LIST, tuple() if type_.item is not None:
            item = type_.item
            return Value(list_value=ValueList(values=[write_value(one, item) for one in value]))
        case _:
            raise TypeError(f"{type(value).__name__} is no {type_}")
