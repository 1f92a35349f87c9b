"""A signal from plain Python values."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from interlock.errors import SignalRejected
from interlock.v1.signal_pb2 import Severity, Signal, SignalStatus
from interlock.v1.value_pb2 import Value, ValueList

PlainValue = str | int | float | bool | datetime | timedelta
SignalValue = PlainValue | list[PlainValue] | tuple[PlainValue, ...]
"""What a value may be; a datetime has a zone, a list one type."""

_SEVERITIES = {
    "": Severity.SEVERITY_UNSPECIFIED,
    "info": Severity.SEVERITY_INFO,
    "warning": Severity.SEVERITY_WARNING,
    "error": Severity.SEVERITY_ERROR,
    "critical": Severity.SEVERITY_CRITICAL,
}


def signal(  # noqa: PLR0913  # the fields of the contract, all by keyword
    name: str,
    *,
    source: str,
    subject: str = "",
    values: Mapping[str, SignalValue] | None = None,
    labels: Mapping[str, str] | None = None,
    severity: Literal["", "info", "warning", "error", "critical"] = "",
    resolved: bool = False,
    observed_at: datetime | None = None,
    id: str | None = None,  # noqa: A002  # the contract's word
    traceparent: str = "",
) -> Signal:
    """Return a signal; limits are those of ``signal.proto`` and are checked by the service.

    Args:
        name: what kind of thing is said; names the signal's definition.
        source: who says it.
        subject: what it is about.
        values: typed values by field name.
        labels: text by label name.
        severity: how bad the source says it is.
        resolved: whether the condition no longer holds.
        observed_at: when the source saw it, with a zone; None means when it is received.
        id: names the message; None means a fresh one.  Keep the signal to send it again.
        traceparent: W3C trace context.

    Raises:
        SignalRejected: a value has no wire form, a time no zone.
    """
    message = Signal(
        id=id or secrets.token_hex(16),
        source=source,
        name=name,
        subject=subject,
        severity=_SEVERITIES[severity],
        status=(
            SignalStatus.SIGNAL_STATUS_RESOLVED if resolved else SignalStatus.SIGNAL_STATUS_FIRING
        ),
        labels=dict(labels or {}),
        values={field: _value(field, value) for field, value in (values or {}).items()},
        traceparent=traceparent,
    )
    if observed_at is not None:
        message.observed_at.FromDatetime(_zoned("observed_at", observed_at))
    return message


def _value(field: str, value: SignalValue) -> Value:
    if isinstance(value, list | tuple):
        return Value(list_value=ValueList(values=[_single(field, one) for one in value]))
    return _single(field, value)


def _single(field: str, value: PlainValue) -> Value:
    match value:
        case bool():  # before int: a bool is one
            return Value(bool_value=value)
        case str():
            return Value(string_value=value)
        case int():
            if not -(2**63) <= value < 2**63:
                raise SignalRejected(
                    f"values.{field}: expected 64 bits, found {value}", field=field
                )
            return Value(int_value=value)
        case float():
            return Value(double_value=value)
        case datetime():
            moment = Value()
            moment.timestamp_value.FromDatetime(_zoned(field, value))
            return moment
        case timedelta():
            length = Value()
            length.duration_value.FromTimedelta(value)
            return length
    raise SignalRejected(
        f"values.{field}: expected text, a number, a bool, a datetime or a timedelta, "
        f"found {type(value).__name__}",
        field=field,
    )


def _zoned(field: str, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise SignalRejected(f"{field}: expected a datetime with a zone, found none", field=field)
    return moment
