"""Rows, packed."""

import pytest

from interlock.rules.rows import Shapes


def test_a_packed_row_reads_like_the_dict_it_was():
    row = {"service": "web", "value": 3, "tags": ("a", "b")}

    packed = Shapes().pack(row)

    assert packed == row
    assert dict(packed) == row
    assert packed["value"] == 3
    assert packed.get("other") is None
    assert ("value" in packed, "other" in packed) == (True, False)
    assert (len(packed), list(packed)) == (3, list(row))


def test_a_missing_name_is_a_key_error():
    with pytest.raises(KeyError, match="other"):
        Shapes().pack({"value": 3})["other"]


def test_rows_of_different_shapes_do_not_mix():
    shapes = Shapes()
    one, other = shapes.pack({"a": 1, "b": 2}), shapes.pack({"b": 1, "a": 2})

    assert (one["a"], other["a"]) == (1, 2)
    assert shapes.pack({"a": 1}) == {"a": 1}
