"""Signals from the wire: exact, or refused with a reason."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from interlock.errors import SignalRejected
from interlock.server.convert import (
    read_batch,
    read_double,
    read_duration,
    read_moment,
    read_signal,
    write_receipt,
)
from interlock.server.signals import Receipt
from interlock.v1.signal_pb2 import Signal
from interlock.v1.signal_service_pb2 import SignalCode
from interlock.v1.value_pb2 import Value, ValueList
from tests.fakes.signals import OBSERVED_MS, signal

MAX = 2**53 - 1


def undeclared(name: str, field: str) -> int | None:
    return None


def test_a_typical_signal_becomes_the_signal_object_of_a_journal_entry() -> None:
    message = signal(7, traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    read = read_signal(message, undeclared).signal

    assert {
        "id": "probe-7",
        "source": "prober-eu1",
        "name": "http.error_ratio",
        "subject": "checkout",
        "severity": "critical",
        "status": "firing",
        "labels": {f"label_{place}": f"value-{place}" for place in range(8)},
        "values": {"ratio": [125_000, 6], "count": 7},
        "observed_at": OBSERVED_MS,
        "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    } == read


def test_what_a_sender_leaves_out_is_absent_and_means_firing() -> None:
    read = read_signal(Signal(id="1", source="s", name="n"), undeclared).signal

    assert "" == read["subject"]
    assert "" == read["severity"]
    assert "firing" == read["status"]
    assert read["observed_at"] is None
    assert "" == read["trace"]


def test_every_kind_of_value_has_its_form() -> None:
    message = Signal(id="1", source="s", name="n")
    message.values["text"].string_value = "ü"
    message.values["whole"].int_value = -MAX
    message.values["number"].double_value = -0.05
    message.values["truth"].bool_value = False
    message.values["moment"].timestamp_value.FromMilliseconds(-1)
    message.values["length"].duration_value.FromMilliseconds(-1500)

    assert {
        "text": "ü",
        "whole": -MAX,
        "number": [-50_000, 6],
        "truth": False,
        "moment": {"at_ms": -1},
        "length": {"ms": -1500},
    } == read_signal(message, undeclared).signal["values"]


def test_a_number_is_read_at_the_scale_its_definition_declares() -> None:
    asked: list[tuple[str, str]] = []

    def scale_of(name: str, field: str) -> int | None:
        asked.append((name, field))
        return 3

    read = read_signal(signal(), scale_of).signal

    assert [125, 3] == read["values"]["ratio"]
    assert [("http.error_ratio", "ratio")] == asked


@pytest.mark.parametrize(
    ("number", "scale", "form"),
    [
        (0.1, 6, [100_000, 6]),
        (-0.0, 6, [0, 6]),
        (1e-6, 6, [1, 6]),
        (900719925.474099, 6, [900_719_925_474_099, 6]),
        (450359962737049.5, 1, [4_503_599_627_370_495, 1]),
        (9007199254740991.0, 0, [MAX, 0]),
        (123456789.123457, 6, [123_456_789_123_457, 6]),
        (1e15, 0, [10**15, 0]),
        (0.1 + 0.2, 17 - 2, None),
        (5e-324, 15, None),
    ],
)
def test_a_double_is_the_decimal_its_shortest_form_says(
    number: float, scale: int, form: list[int] | None
) -> None:
    if form is None:
        with pytest.raises(SignalRejected, match="digits after the point"):
            read_double(number, scale, "x")
    else:
        units, digits = read_double(number, scale, "x")
        assert form == [units, digits]
        assert Decimal(repr(number)) == Decimal(units).scaleb(-digits)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Value(double_value=math.nan), "a finite number"),
        (Value(double_value=math.inf), "a finite number"),
        (Value(double_value=-math.inf), "a finite number"),
        (Value(double_value=1e10), "a number within"),
        (Value(double_value=1e308), "a number within"),
        (Value(double_value=1 / 3), "at most 6 digits after the point"),
        (Value(int_value=MAX + 1), "a whole number within"),
        (Value(int_value=-(2**63)), "a whole number within"),
        (Value(timestamp_value=Timestamp(seconds=2**60)), "a moment"),
        (Value(timestamp_value=Timestamp(nanos=-1)), "a moment"),
        (Value(duration_value=Duration(seconds=1, nanos=-1)), "a duration"),
        (Value(duration_value=Duration(seconds=2**50)), "a duration"),
        (Value(), "a value"),
    ],
)
def test_a_value_without_an_exact_form_is_refused(value: Value, expected: str) -> None:
    message = signal()
    message.values["bad"].CopyFrom(value)

    with pytest.raises(SignalRejected) as refused:
        read_signal(message, undeclared)

    assert "values.bad" == refused.value.details["field"]
    assert str(refused.value.details["expected"]).startswith(expected)


def test_a_refusal_says_what_was_expected_what_was_found_and_what_to_do() -> None:
    message = signal()
    message.values["ratio"].double_value = 1 / 3

    with pytest.raises(SignalRejected) as refused:
        read_signal(message, undeclared)

    assert (
        "values.ratio: expected at most 6 digits after the point, found 0.3333333333333333; "
        "round it before sending or declare a larger scale"
    ) == str(refused.value)


def test_words_this_service_does_not_know_are_refused() -> None:
    for field, number in (("severity", 9), ("status", 7)):
        message = signal()
        setattr(message, field, number)
        with pytest.raises(SignalRejected, match=f"{field}: expected a Signal|Severity"):
            read_signal(message, undeclared)


@pytest.mark.parametrize(
    "trace",
    [
        "nonsense",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
    ],
)
def test_a_malformed_trace_is_left_out_and_costs_no_signal(trace: str) -> None:
    assert "" == read_signal(signal(traceparent=trace), undeclared).signal["trace"]


@pytest.mark.parametrize("seconds", [-1, -62_135_596_800, 253_402_300_800])
def test_an_impossible_time_of_observation_is_refused(seconds: int) -> None:
    message = signal()
    message.observed_at.seconds = seconds

    with pytest.raises(SignalRejected, match="observed_at"):
        read_signal(message, undeclared)


def test_smaller_parts_of_a_millisecond_are_cut_off() -> None:
    assert 1 == read_moment(Timestamp(nanos=1_999_999), "x")
    assert -1 == read_duration(Duration(nanos=-1_999_999), "x")
    assert -1500 == read_duration(Duration(seconds=-1, nanos=-500_000_001), "x")


def test_one_bad_signal_does_not_stop_the_rest_of_its_batch() -> None:
    batch = read_batch([signal(0), signal(1, id="x" * 300), signal(2)], undeclared)

    assert ["probe-0", "probe-2"] == [one.signal["id"] for one in batch.incoming]
    assert [0, 2] == batch.places
    assert [1] == [index for index, _ in batch.refused]


def listed(*items: Value) -> Value:
    return Value(list_value=ValueList(values=items))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (listed(), {"list": []}),
        (listed(Value(string_value="a"), Value(string_value="")), {"list": ["a", ""]}),
        (listed(Value(int_value=1), Value(int_value=2)), {"list": [1, 2]}),
        (listed(Value(double_value=0.5)), {"list": [[500_000, 6]]}),
    ],
)
def test_a_list_is_told_from_a_decimal(value: Value, form: object) -> None:
    message = signal()
    message.values["x"].CopyFrom(value)

    assert form == read_signal(message, undeclared).signal["values"]["x"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (listed(listed()), "a list"),
        (listed(Value()), "none"),
        (listed(*[Value(int_value=1)] * 1025), "1025"),
        (listed(Value(string_value="a\0b")), "NUL"),
    ],
)
def test_a_list_of_what_no_list_holds_is_refused(value: Value, found: str) -> None:
    message = signal()
    message.values["x"].CopyFrom(value)

    with pytest.raises(SignalRejected, match=found) as refused:
        read_signal(message, undeclared)

    assert "values.x" == refused.value.details["field"]


def test_a_receipt_lists_only_what_was_not_accepted_in_the_order_of_the_batch() -> None:
    batch = read_batch([signal(0), signal(1, id=""), signal(2), signal(3), signal(4)], undeclared)
    receipts = [
        Receipt("conflict", 3, "another signal has this id", "id"),
        Receipt("accepted", 9),
        Receipt("duplicate", 4, "journalled before"),
        Receipt("rejected", None, "not as declared", "values.x"),
    ]

    receipt = write_receipt(batch, receipts)

    assert (1, 1, 3) == (receipt.accepted, receipt.duplicate, receipt.rejected)
    assert (0, 9) == (receipt.position.partition, receipt.position.seq)
    assert [0, 1, 3, 4] == [result.index for result in receipt.results]
    assert [
        SignalCode.SIGNAL_CODE_CONFLICT,
        SignalCode.SIGNAL_CODE_REJECTED,
        SignalCode.SIGNAL_CODE_DUPLICATE,
        SignalCode.SIGNAL_CODE_REJECTED,
    ] == [result.code for result in receipt.results]
    assert ["id", "id", "", "values.x"] == [result.field for result in receipt.results]
    assert [3, None, 4, None] == [
        result.position.seq if result.HasField("position") else None for result in receipt.results
    ]


def test_a_batch_of_which_nothing_is_in_the_journal_has_no_position() -> None:
    batch = read_batch([signal(0, id="")], undeclared)

    receipt = write_receipt(batch, [])

    assert not receipt.HasField("position")
    assert 1 == receipt.rejected
