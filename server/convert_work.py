"""Assignments on their way to a worker, hellos and reports on their way back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from google.protobuf.duration_pb2 import Duration

from interlock.errors import InvariantBroken
from interlock.language.values import MAX_ITEMS, JsonValue, Kind, Type, decimal_parts
from interlock.language.values import Value as Runtime
from interlock.server import checks, work
from interlock.server.admission import FieldRejected
from interlock.server.convert import read_scalar
from interlock.server.convert_views import write_moment
from interlock.v1.executor_pb2 import (
    Assignment,
    AttemptOutcome,
    LeaseKey,
    Operation,
    ProbeAssignment,
    Target,
)
from interlock.v1.executor_service_pb2 import AttemptReport, Hello, ProbeReport
from interlock.v1.value_pb2 import Value, ValueList

MAX_OUTPUTS = 64
"""Most outputs of one report, and fields of one operation."""

MAX_OUTPUT_BYTES = 64 * 1024
"""Largest report, encoded."""

MAX_OPERATIONS = 256
"""Most operations, and probes, of one worker."""

MAX_CAPACITY = 1024
"""Most assignments a worker takes at a time."""

MAX_DOC = 1024
"""Longest sentence about an operation, in characters."""

_OUTCOMES: dict[int, work.OutcomeWord] = {
    AttemptOutcome.ATTEMPT_OUTCOME_OK: "ok",
    AttemptOutcome.ATTEMPT_OUTCOME_ERROR: "error",
    AttemptOutcome.ATTEMPT_OUTCOME_TIMEOUT: "timeout",
    AttemptOutcome.ATTEMPT_OUTCOME_REFUSED: "refused",
}


# --- to the worker ------------------------------------------------------------------------------


def write_assignment(assignment: work.Assignment) -> Assignment:
    """Return an assignment as the wire has it."""
    key = assignment.lease.key
    return Assignment(
        intent_id=key.intent,
        attempt=key.attempt,
        epoch=key.epoch,
        incident_id=assignment.incident,
        action=assignment.action,
        operation=assignment.operation,
        inputs=_write_all(assignment.inputs),
        target=_write_target(assignment.target),
        idempotency_key=assignment.idempotency_key,
        timeout=write_duration(assignment.timeout_ms),
        lease_expires_at=write_moment(assignment.lease.expires_at),
        traceparent=assignment.trace,
    )


def write_probe(probe: work.ProbeAssignment) -> ProbeAssignment:
    """Return a question as the wire has it."""
    return ProbeAssignment(
        probe_id=probe.probe,
        operation=probe.operation,
        inputs=_write_all(probe.inputs),
        target=_write_target(probe.target),
        timeout=write_duration(probe.timeout_ms),
    )


def write_key(key: work.LeaseKey) -> LeaseKey:
    """Return the name of a lease as the wire has it."""
    return LeaseKey(intent_id=key.intent, attempt=key.attempt, epoch=key.epoch)


def write_duration(ms: int) -> Duration:
    """Return a length of time as the wire has it."""
    duration = Duration()
    duration.FromMilliseconds(ms)
    return duration


def write_value(value: Runtime, type_: Type) -> Value:
    """Return a runtime value as the wire has it.

    A decimal becomes the nearest double; up to 15 significant digits that is the same number.

    Raises:
        InvariantBroken: the value is not of the type.
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
            return Value(timestamp_value=write_moment(value))
        case Kind.DURATION, int():
            return Value(duration_value=write_duration(value))
        case Kind.LIST, tuple() if type_.item is not None:
            item = type_.item
            return Value(list_value=ValueList(values=[write_value(one, item) for one in value]))
        case _:
            raise InvariantBroken(f"a value of {type(value).__name__} is no {type_}")


def _write_all(values: Mapping[str, work.Typed]) -> dict[str, Value]:
    return {name: write_value(value, type_) for name, (value, type_) in values.items()}


def _write_target(target: work.WorkTarget | None) -> Target | None:
    if target is None:
        return None
    return Target(id=target.id, attributes=_write_all(target.attributes))


# --- from the worker ----------------------------------------------------------------------------


def read_hello(hello: Hello) -> work.WorkerHello:
    """Return a worker's introduction, checked.

    Raises:
        RequestFieldRejected: a limit is broken.
    """
    if not 1 <= hello.capacity <= MAX_CAPACITY:
        raise checks.RequestFieldRejected(
            "hello.capacity", f"1 to {MAX_CAPACITY}", str(hello.capacity)
        )
    for field, operations in (("operations", hello.operations), ("probes", hello.probes)):
        if len(operations) > MAX_OPERATIONS:
            raise checks.RequestFieldRejected(
                f"hello.{field}", f"at most {MAX_OPERATIONS}", str(len(operations))
            )
    return work.WorkerHello(
        worker=checks.name("hello.worker_id", hello.worker_id),
        executor=checks.name("hello.executor", hello.executor),
        operations=tuple(_read_operation("operations", one) for one in hello.operations),
        probes=tuple(_read_operation("probes", one) for one in hello.probes),
        capacity=hello.capacity,
        version=checks.optional_name("hello.version", hello.version),
    )


def _read_operation(part: str, operation: Operation) -> work.Operation:
    name = checks.name(f"hello.{part}.name", operation.name)
    place = f"hello.{part}.{name}"
    if len(operation.doc) > MAX_DOC:
        raise checks.RequestFieldRejected(
            f"{place}.doc", f"at most {MAX_DOC} characters", str(len(operation.doc))
        )
    return work.Operation(
        name,
        _read_types(f"{place}.inputs", operation.inputs),
        _read_types(f"{place}.outputs", operation.outputs),
        operation.doc,
    )


def _read_types(place: str, types: Mapping[str, str]) -> dict[str, str]:
    if len(types) > MAX_OUTPUTS:
        raise checks.RequestFieldRejected(place, f"at most {MAX_OUTPUTS}", str(len(types)))
    return {checks.name(place, name): checks.name(f"{place}.{name}", types[name]) for name in types}


def read_key(key: LeaseKey) -> work.LeaseKey:
    """Return the name of a lease.

    Raises:
        RequestFieldRejected: it names no attempt.
    """
    if key.attempt < 1:
        raise checks.RequestFieldRejected("lease.attempt", "a number from 1", str(key.attempt))
    return work.LeaseKey(checks.name("lease.intent_id", key.intent_id), key.attempt, key.epoch)


def read_report(report: AttemptReport) -> work.Report:
    """Return how an attempt ended.

    Raises:
        RequestFieldRejected: a limit is broken or the outcome is none.
        FieldRejected: an output has no exact form.
    """
    outcome = _OUTCOMES.get(report.outcome)
    if outcome is None:
        expected = "one of OK, ERROR, TIMEOUT, REFUSED"
        raise checks.RequestFieldRejected("result.outcome", expected, str(int(report.outcome)))
    return work.Report(
        read_key(report.lease),
        outcome,
        checks.optional_name("result.code", report.code),
        checks.remark("result.message", report.message),
        _read_outputs(report.outputs, report.ByteSize()),
    )


def read_probe(report: ProbeReport) -> work.ProbeOutcome:
    """Return what a probe saw.

    Raises:
        RequestFieldRejected: a limit is broken.
        FieldRejected: an output has no exact form.
    """
    return work.ProbeOutcome(
        checks.name("probe_result.probe_id", report.probe_id),
        _read_outputs(report.outputs, report.ByteSize()),
        checks.remark("probe_result.error", report.error),
    )


def _read_outputs(outputs: Mapping[str, Value], size: int) -> dict[str, JsonValue]:
    if len(outputs) > MAX_OUTPUTS:
        raise FieldRejected("outputs", f"at most {MAX_OUTPUTS}", len(outputs))
    if size > MAX_OUTPUT_BYTES:
        raise FieldRejected("outputs", f"a report of at most {MAX_OUTPUT_BYTES} bytes", size)
    return {checks.name("outputs", name): read_value(outputs[name], name) for name in outputs}


def read_value(value: Value, field: str) -> JsonValue:
    """Return the JSON form of an output, a decimal at the scale it has.

    Raises:
        FieldRejected: no exact form, a list in a list, or more than 1,024 items.
    """
    if value.HasField("double_value"):
        try:
            return list(decimal_parts(Decimal(repr(value.double_value))))
        except ValueError as error:
            expected = "a finite number of at most 40 digits"
            raise FieldRejected(f"outputs.{field}", expected, value.double_value) from error
    if not value.HasField("list_value"):
        return read_scalar(value, field, "outputs")
    items = value.list_value.values
    if len(items) > MAX_ITEMS:
        raise FieldRejected(f"outputs.{field}", f"at most {MAX_ITEMS} items", len(items))
    if any(item.HasField("list_value") for item in items):
        raise FieldRejected(f"outputs.{field}", "single values", "a list in a list")
    return [read_value(item, field) for item in items]
