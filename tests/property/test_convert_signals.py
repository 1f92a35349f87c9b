"""Laws of the door: what a signal says comes through exactly, or the signal is refused."""

from __future__ import annotations

import math
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from interlock.digest import MAX_INTEGER, canonical, decode
from interlock.errors import SignalRejected
from interlock.language.values import (
    BOOL,
    DURATION,
    INT,
    MAX_SCALE,
    STRING,
    TIMESTAMP,
    Type,
    Value,
    double,
    list_of,
)
from interlock.server.convert import read_batch, read_double
from interlock.server.convert_work import read_value, write_value
from interlock.v1.signal_pb2 import Signal
from interlock.v1.value_pb2 import Value as WireValue
from interlock.v1.value_pb2 import ValueList
from tests.scale import count

MANY = settings(max_examples=count(sample=200, full=20_000))
SOME = settings(max_examples=count(sample=60, full=20_000))  # whole signals take long to draw

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@st.composite
def single_values(draw: st.DrawFn) -> WireValue:
    value = WireValue()
    match draw(st.sampled_from(["string", "int", "double", "bool", "timestamp", "duration", ""])):
        case "string":
            value.string_value = draw(texts)
        case "int":
            value.int_value = draw(st.integers(-(2**63), 2**63 - 1))
        case "double":
            value.double_value = draw(st.floats())
        case "bool":
            value.bool_value = draw(st.booleans())
        case "timestamp":
            value.timestamp_value.seconds = draw(st.integers(-(2**63), 2**63 - 1))
            value.timestamp_value.nanos = draw(st.integers(-(2**31), 2**31 - 1))
        case "duration":
            value.duration_value.seconds = draw(st.integers(-(2**63), 2**63 - 1))
            value.duration_value.nanos = draw(st.integers(-(2**31), 2**31 - 1))
    return value


def listed(items: st.SearchStrategy[WireValue]) -> st.SearchStrategy[WireValue]:
    return st.lists(items, max_size=3).map(
        lambda drawn: WireValue(list_value=ValueList(values=drawn))
    )


lists = listed(single_values())
wire_values = single_values() | lists | listed(lists)


@st.composite
def wire_signals(draw: st.DrawFn) -> Signal:
    message = Signal(
        id=draw(names),
        source=draw(names),
        name=draw(names),
        subject=draw(texts),
        severity=draw(st.sampled_from([0, 1, 2, 3, 4, 4, 6])),  # type: ignore[arg-type]  # numbers of the future too
        status=draw(st.sampled_from([0, 1, 2, 2, 9])),  # type: ignore[arg-type]
        labels=draw(st.dictionaries(names, texts, max_size=4)),
        traceparent=draw(texts),
    )
    for field, value in draw(st.dictionaries(names, wire_values, max_size=4)).items():
        message.values[field].CopyFrom(value)
    if draw(st.booleans()):
        message.observed_at.seconds = draw(st.integers(-10, 10**12))
    return message


def undeclared(name: str, field: str) -> int | None:
    return None


@SOME
@given(message=wire_signals())
def test_what_is_read_is_canonical_and_says_what_was_sent(message: Signal) -> None:
    """A signal is refused, or its bytes are canonical, decode to it, and keep every text."""
    batch = read_batch([message], undeclared)
    for _, refused in batch.refused:
        assert refused.details["field"]
        assert str(refused).isprintable()
    if batch.refused:
        return

    (read,) = batch.incoming
    assert canonical(read.signal) == read.encoded
    assert read.signal == decode(read.encoded)
    assert dict(message.labels) == read.signal["labels"]
    assert (message.id, message.source, message.name, message.subject) == (
        read.signal["id"],
        read.signal["source"],
        read.signal["name"],
        read.signal["subject"],
    )
    assert set(message.values) == set(read.signal["values"])


@SOME
@given(messages=st.lists(wire_signals(), max_size=4))
def test_every_signal_of_a_batch_is_either_read_or_refused(messages: list[Signal]) -> None:
    """The places of what is read and what is refused are the batch, each once, in order."""
    batch = read_batch(messages, undeclared)

    refused = [index for index, _ in batch.refused]
    assert sorted(batch.places) == batch.places
    assert sorted(refused) == refused
    assert list(range(len(messages))) == sorted([*batch.places, *refused])


@SOME
@given(message=wire_signals())
def test_reading_twice_gives_the_same_bytes(message: Signal) -> None:
    """Reading depends on nothing but what was sent, not on the order a map was built in."""
    other = Signal.FromString(message.SerializeToString())

    first, second = read_batch([message], undeclared), read_batch([other], undeclared)

    assert [one.encoded for one in first.incoming] == [one.encoded for one in second.incoming]
    assert [str(error) for _, error in first.refused] == [str(e) for _, e in second.refused]


@MANY
@given(number=st.floats(), scale=st.integers(0, MAX_SCALE))
@example(number=0.1 + 0.2, scale=15)
@example(number=-0.0, scale=0)
@example(number=1e15, scale=0)
@example(number=float(MAX_INTEGER), scale=0)
@example(number=float(2**53), scale=0)
@example(number=4_503_599_627_370_495.5, scale=1)
def test_a_double_is_exactly_its_shortest_decimal_or_refused(number: float, scale: int) -> None:
    """``[units, scale]`` equals repr(number) digit for digit; refused only when it cannot."""
    exact = Decimal(repr(number))
    fits = (
        math.isfinite(number)
        and exact.scaleb(scale) == exact.scaleb(scale).to_integral_value()
        and abs(exact.scaleb(scale)) <= MAX_INTEGER
    )
    try:
        units, digits = read_double(number, scale, "x")
    except SignalRejected:
        assert not fits
        return

    assert fits
    assert scale == digits
    assert exact == Decimal(units).scaleb(-scale)


@MANY
@given(units=st.integers(-(10**15), 10**15), scale=st.integers(0, MAX_SCALE))
def test_a_decimal_of_15_digits_comes_back_from_a_double(units: int, scale: int) -> None:
    """A client that computes units / 10**scale sends exactly that decimal."""
    assert [units, scale] == read_double(units / 10**scale, scale, "x")


runtime_values: st.SearchStrategy[tuple[Value, Type]] = st.one_of(
    st.tuples(texts, st.just(STRING)),
    st.tuples(st.integers(-MAX_INTEGER, MAX_INTEGER), st.just(INT)),
    st.tuples(st.booleans(), st.just(BOOL)),
    st.tuples(st.integers(-62_135_596_800_000, 253_402_300_799_999), st.just(TIMESTAMP)),
    st.tuples(st.integers(-(10**14), 10**14), st.just(DURATION)),
    st.tuples(st.lists(texts, max_size=5).map(tuple), st.just(list_of(STRING))),
)


@MANY
@given(typed=runtime_values)
def test_a_value_comes_back_from_a_worker_as_it_was_sent(typed: tuple[Value, Type]) -> None:
    """read(write(value)) is the JSON form of the value, for every type but double."""
    value, type_ = typed
    form = read_value(write_value(value, type_), "x")

    match type_:
        case _ if type_ == TIMESTAMP:
            assert {"at_ms": value} == form
        case _ if type_ == DURATION:
            assert {"ms": value} == form
        case _ if isinstance(value, tuple):
            assert list(value) == form
        case _:
            assert value == form


@MANY
@given(units=st.integers(-(10**15), 10**15), scale=st.integers(0, MAX_SCALE))
def test_a_decimal_comes_back_from_a_worker_as_the_same_number(units: int, scale: int) -> None:
    """Up to 15 digits a double carries a decimal to a worker and back."""
    back = read_value(write_value(units, double(scale)), "x")

    assert isinstance(back, list)
    assert Decimal(units).scaleb(-scale) == Decimal(back[0]).scaleb(-back[1])
