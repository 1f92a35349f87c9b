"""Bytes are canonical only in the one form that ``digest.canonical`` writes."""

from __future__ import annotations

import pytest

from interlock.digest import canonical
from interlock.engine.journal.bodies import canonical_object


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"at": 1, "kind": "timer"},
        {"a": [1, -2, True, None, {"b": ""}], "c": "ü\n\x00\U0001f600"},
        {"host": "10.0.0.1", "version": "1.5", "id": "3e8", "ids": ["0e-1", "2E5"]},
        {"n": 2**53 - 1, "m": -(2**53 - 1)},
    ],
)
def test_canonical_bytes_give_their_object(value: dict[str, object]) -> None:
    assert canonical_object(canonical(value)) == value


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"a"', id="a string"),
        pytest.param(b'{"a": 1}', id="a space"),
        pytest.param(b'{"a":1}\n', id="a newline"),
        pytest.param(b'{"b":1,"a":2}', id="unsorted"),
        pytest.param(b'{"a":1,"a":1}', id="a key twice"),
        pytest.param(b'{"a":1.5}', id="a fraction"),
        pytest.param(b'{"a":1.0}', id="a whole float"),
        pytest.param(b'{"a":1e22}', id="an exponent"),
        pytest.param(b'{"a":1e-7}', id="a negative exponent"),
        pytest.param(b'{"a":[0,-0.0]}', id="negative zero"),
        pytest.param(b'{"a":9007199254740992}', id="an integer beyond 2^53 - 1"),
        pytest.param(b'{"a":"\\u00fc"}', id="an escape that need not be"),
        pytest.param(b'{"a":"\\/"}', id="an escaped slash"),
        pytest.param(b'{"a":"\xff"}', id="not UTF-8"),
        pytest.param(b'{"a":NaN}', id="not a number"),
        pytest.param(b'{"a":01}', id="a leading zero"),
    ],
)
def test_any_other_bytes_give_none(body: bytes) -> None:
    assert canonical_object(body) is None
