"""Signals and values between wire and model; with ``convert_views`` and ``convert_work`` the
only place that sees both.

Everything is exact: a double becomes the decimal its shortest form says, at the scale its
definition declares, or the signal is refused.  Reading one typical signal costs about 10 µs,
which is why fields are read one by one and never through ``MessageToDict`` (60 µs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from interlock.digest import MAX_INTEGER
from interlock.errors import SignalRejected
from interlock.language.values import DEFAULT_SCALE, MAX_ITEMS, MAX_SCALE
from interlock.server.admission import FieldRejected, seal
from interlock.server.signals import (
    Form,
    Incoming,
    Receipt,
    Scalar,
    SeverityWord,
    StatusWord,
)
from interlock.v1.position_pb2 import Position
from interlock.v1.signal_pb2 import Signal
from interlock.v1.signal_service_pb2 import BatchReceipt, SignalCode, SignalResult
from interlock.v1.value_pb2 import Value

ScaleOf = Callable[[str, str], int | None]
"""Signal name and field name to the declared decimal scale; None when not declared."""

_SEVERITIES: dict[int, SeverityWord] = {0: "", 1: "info", 2: "warning", 3: "error", 4: "critical"}
_STATUSES: dict[int, StatusWord] = {0: "firing", 1: "firing", 2: "resolved"}
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_POWERS = tuple(10**digits for digits in range(MAX_SCALE + 1))  # all exact as doubles
_UNIQUE = 10.0**15  # up to here every decimal has a double of its own
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # years 0001 and 9999
_LONGEST = 315_576_000_000  # seconds; google.protobuf.Duration's own bound
_CODES = {
    "duplicate": SignalCode.SIGNAL_CODE_DUPLICATE,
    "conflict": SignalCode.SIGNAL_CODE_CONFLICT,
    "rejected": SignalCode.SIGNAL_CODE_REJECTED,
}


class Batch(NamedTuple):
    """Signals read from one message."""

    incoming: list[Incoming]
    places: list[int]
    """Index in the message of each incoming signal."""
    refused: list[tuple[int, SignalRejected]]
    """Index and reason of each that was refused."""


def read_batch(signals: Iterable[Signal], scale_of: ScaleOf) -> Batch:
    """Return the signals that can be read and the reasons why the others cannot."""
    batch = Batch([], [], [])
    for index, message in enumerate(signals):
        try:
            batch.incoming.append(read_signal(message, scale_of))
            batch.places.append(index)
        except SignalRejected as error:
            batch.refused.append((index, error))
    return batch


def read_signal(message: Signal, scale_of: ScaleOf) -> Incoming:
    """Return one signal, checked and exact.

    Raises:
        FieldRejected: a limit is broken or a value has no exact form.
    """
    name = message.name
    severity = _SEVERITIES.get(message.severity)
    if severity is None:
        raise FieldRejected("severity", "a Severity this service knows", int(message.severity))
    status = _STATUSES.get(message.status)
    if status is None:
        raise FieldRejected("status", "a SignalStatus this service knows", int(message.status))
    labels = message.labels
    trace = message.traceparent
    return seal(
        {
            "id": message.id,
            "source": message.source,
            "name": name,
            "subject": message.subject,
            "severity": severity,
            "status": status,
            "labels": {label: labels[label] for label in labels},
            "values": _read_values(message.values, name, scale_of),
            "observed_at": _read_observed(message),
            "trace": trace if trace and _TRACE.fullmatch(trace) else "",
        }
    )


def _read_values(values: Mapping[str, Value], name: str, scale_of: ScaleOf) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for field in sorted(values):  # a map has no order, and the first fault is the one told
        value = values[field]
        kind = value.WhichOneof("kind")
        if kind == "double_value":
            forms[field] = read_double(value.double_value, scale_of(name, field), field)
        elif kind == "string_value":
            forms[field] = value.string_value
        elif kind == "int_value":
            forms[field] = read_integer(value.int_value, field)
        elif kind == "list_value":
            forms[field] = _read_list(value, scale_of(name, field), field)
        else:
            forms[field] = read_scalar(value, field)
    return forms


def _read_list(value: Value, scale: int | None, field: str) -> dict[str, list[Scalar]]:
    """Return the form of a list; tagged, because two numbers alone are a decimal."""
    items = value.list_value.values
    if len(items) > MAX_ITEMS:
        raise FieldRejected(f"values.{field}", f"at most {MAX_ITEMS} items", len(items))
    return {
        "list": [
            read_double(item.double_value, scale, field)
            if item.WhichOneof("kind") == "double_value"
            else read_scalar(item, field)
            for item in items
        ]
    }


def read_scalar(value: Value, field: str, part: str = "values") -> Scalar:
    """Return the form of a value that is neither a double nor a list.

    Args:
        value: the value.
        field: names it in errors, under ``part``.
        part: what holds it, e.g. ``outputs``.

    Raises:
        FieldRejected: it is another kind or has no exact form.
    """
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return read_integer(value.int_value, field, part)
        case "timestamp_value":
            return {"at_ms": read_moment(value.timestamp_value, f"{part}.{field}")}
        case "duration_value":
            return {"ms": read_duration(value.duration_value, f"{part}.{field}")}
        case None:
            raise FieldRejected(f"{part}.{field}", "a value", "none", "set one kind of the value")
        case _:
            raise FieldRejected(f"{part}.{field}", "a single value", "a list")


def read_integer(number: int, field: str, part: str = "values") -> int:
    """Return a whole number within ±(2^53-1).

    Raises:
        FieldRejected: it lies outside.
    """
    if -MAX_INTEGER <= number <= MAX_INTEGER:
        return number
    cure = "send it in a larger unit or as text"
    raise FieldRejected(f"{part}.{field}", "a whole number within ±(2^53-1)", number, cure)


def read_double(number: float, scale: int | None, field: str) -> list[int]:
    """Return ``[units, scale]``, the decimal that the shortest form of the double says.

    Args:
        number: any double.
        scale: digits after the point, at most ``MAX_SCALE``; None means ``DEFAULT_SCALE``.
        field: names it in errors.

    Raises:
        FieldRejected: NaN, infinite, too many digits, or more than 2^53-1 units.
    """
    digits = DEFAULT_SCALE if scale is None else scale
    power = _POWERS[digits]
    product = number * power
    if -_UNIQUE < product < _UNIQUE:  # false for NaN
        units = round(product)
        # Correctly rounded division: equal means this decimal is the double's own.
        if units / power == number:
            return [units, digits]
    return [_units(number, digits, f"values.{field}"), digits]


def _units(number: float, digits: int, field: str) -> int:
    """Return the units of a number that the quick way could not place."""
    exact = Decimal(repr(number))
    if not exact.is_finite():
        raise FieldRejected(field, "a finite number", number, "leave the value out")
    if abs(exact) * _POWERS[digits] > MAX_INTEGER:
        raise _too_large(field, number, digits)
    units = exact.scaleb(digits)
    if units != int(units):
        cure = "round it before sending or declare a larger scale"
        raise FieldRejected(field, f"at most {digits} digits after the point", number, cure)
    return int(units)


def _too_large(field: str, number: float, digits: int) -> FieldRejected:
    largest = f"a number within ±{MAX_INTEGER / _POWERS[digits]:.6g} at scale {digits}"
    cure = "send it in a larger unit or declare a smaller scale"
    return FieldRejected(field, largest, number, cure)


def read_moment(moment: Timestamp, field: str) -> int:
    """Return ms since the epoch.

    Raises:
        FieldRejected: outside years 0001 to 9999, or nanos out of range.
    """
    seconds, nanos = moment.seconds, moment.nanos
    if _FIRST_SECOND <= seconds <= _LAST_SECOND and 0 <= nanos < 1_000_000_000:
        return seconds * 1000 + nanos // 1_000_000
    found = f"{seconds} s and {nanos} ns"
    raise FieldRejected(field, "a moment from year 0001 to 9999", found)


def read_duration(duration: Duration, field: str) -> int:
    """Return ms, cut off toward zero.

    Raises:
        FieldRejected: longer than 10,000 years, or seconds and nanos of different sign.
    """
    seconds, nanos = duration.seconds, duration.nanos
    same_sign = seconds == 0 or nanos == 0 or (seconds < 0) == (nanos < 0)
    if abs(seconds) <= _LONGEST and abs(nanos) < 1_000_000_000 and same_sign:
        return seconds * 1000 + (nanos // 1_000_000 if nanos >= 0 else -(-nanos // 1_000_000))
    found = f"{seconds} s and {nanos} ns"
    raise FieldRejected(field, "a duration of at most 10,000 years, both parts of one sign", found)


def _read_observed(message: Signal) -> int | None:
    if not message.HasField("observed_at"):
        return None
    moment = message.observed_at
    seconds, nanos = moment.seconds, moment.nanos
    if 0 <= seconds <= _LAST_SECOND and 0 <= nanos < 1_000_000_000:
        return seconds * 1000 + nanos // 1_000_000
    found = f"{seconds} s and {nanos} ns"
    cure = "leave it out when the source does not know"
    raise FieldRejected("observed_at", "a moment from 1970 to 9999", found, cure)


def write_receipt(batch: Batch, receipts: Sequence[Receipt]) -> BatchReceipt:
    """Return the answer to a batch: the core's receipts and the signals refused before it."""
    duplicate = rejected = 0
    latest: tuple[int, int] | None = None
    results = [(index, _refused(index, error)) for index, error in batch.refused]
    for index, receipt in zip(batch.places, receipts, strict=True):
        if receipt.seq is not None:
            place = (receipt.partition, receipt.seq)
            latest = place if latest is None or place > latest else latest
        if receipt.status != "accepted":
            duplicate += receipt.status == "duplicate"
            rejected += receipt.status != "duplicate"
            results.append((index, _not_accepted(index, receipt)))
    results.sort(key=lambda item: item[0])
    return BatchReceipt(
        position=None if latest is None else Position(partition=latest[0], seq=latest[1]),
        accepted=len(receipts) - duplicate - rejected,
        duplicate=duplicate,
        rejected=rejected + len(batch.refused),
        results=[result for _, result in results],
    )


def _refused(index: int, error: SignalRejected) -> SignalResult:
    return SignalResult(
        index=index,
        code=SignalCode.SIGNAL_CODE_REJECTED,
        field=error.details.get("field", ""),
        reason=str(error),
    )


def _not_accepted(index: int, receipt: Receipt) -> SignalResult:
    seq = receipt.seq
    return SignalResult(
        index=index,
        code=_CODES[receipt.status],
        field=receipt.field,
        reason=receipt.reason,
        position=None if seq is None else Position(partition=receipt.partition, seq=seq),
    )
