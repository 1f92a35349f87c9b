"""Limits of a signal: what is refused, what is data."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.digest import canonical
from interlock.errors import SignalRejected
from interlock.server.admission import FieldRejected, seal, shorten
from interlock.server.signals import SignalBody


def body(**fields: Any) -> SignalBody:
    made: SignalBody = {
        "id": "1",
        "source": "prober",
        "name": "web.down",
        "subject": "",
        "severity": "",
        "status": "firing",
        "labels": {},
        "values": {},
        "observed_at": None,
        "trace": "",
    }
    made.update(fields)  # type: ignore[typeddict-item]  # whatever a test wants
    return made


def test_a_signal_within_its_limits_gets_its_canonical_bytes() -> None:
    signal = body(labels={"b": "ü", "a": "1"}, values={"ratio": [5, 2], "at": {"at_ms": -1}})

    sealed = seal(signal)

    assert sealed.encoded == canonical(signal)
    assert sealed.signal is signal


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 257}, "id"),
        ({"source": ""}, "source"),
        ({"source": "x" * 257}, "source"),
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"subject": "x" * 1025}, "subject"),
        ({"labels": {"": "x"}}, "labels"),
        ({"labels": {"x" * 257: "x"}}, f"labels.{'x' * 73}…"),
        ({"labels": {str(n): "x" for n in range(129)}}, "labels"),
        ({"labels": {"long": "x" * 32_769}}, "labels.long"),
        ({"values": {"": 1}}, "values"),
        ({"values": {"x" * 257: 1}}, f"values.{'x' * 73}…"),
        ({"values": {str(n): 1 for n in range(129)}}, "values"),
        ({"values": {"long": "x" * 32_769}}, "values.long"),
        ({"labels": {"a": "x" * 32_700, "b": "x" * 32_700, "c": "x" * 200}}, "signal"),
        ({"id": "a\0b"}, "id"),
        ({"subject": "a\0b"}, "subject"),
        ({"labels": {"a": "x\0y"}}, "labels.a"),
        ({"labels": {"a\0": "x"}}, "name of labels.a\\x00"),
        ({"values": {"a": "x\0y"}}, "values.a"),
    ],
)
def test_a_broken_limit_is_refused_and_the_field_named(fields: dict[str, Any], at: str) -> None:
    with pytest.raises(FieldRejected) as refused:
        seal(body(**fields))

    assert at == refused.value.details["field"]
    assert "expected" in str(refused.value)
    assert "\0" not in str(refused.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "x" * 256, "source": "x" * 256, "name": "x" * 256, "subject": "x" * 1024},
        {"labels": {str(n): "x" for n in range(128)}, "values": {str(n): n for n in range(128)}},
        {"labels": {"x" * 256: "x" * 32_768}},
        {"labels": {"a": "\x1b[2J\x07\n\r\t\x7f\u202e\u200b"}},
        {"labels": {"a": "$(rm -rf /); `id` {{7*7}}"}},
        {"labels": {"a": "a backslash and the text \\u0000"}},
    ],
)
def test_what_keeps_the_limits_is_data_and_passes_unchanged(fields: dict[str, Any]) -> None:
    signal = body(**fields)

    assert fields.items() <= seal(signal).signal.items()


def test_a_refusal_is_a_rejected_signal_for_whoever_catches_the_family() -> None:
    assert issubclass(FieldRejected, SignalRejected)


def test_text_shown_in_an_error_is_printable_and_short() -> None:
    assert "web-1\\n\\x1b[31m" == shorten("web-1\n\x1b[31m")
    assert "xxx" == shorten("xxx")
    assert 81 == len(shorten("x" * 500))
