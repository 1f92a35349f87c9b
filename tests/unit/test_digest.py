"""Canonical bytes: one form for each value, and none for what is inexact."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from interlock.digest import MAX_INTEGER, canonical, decode, derive_id, digest
from interlock.errors import InvariantBroken

TEXT = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | TEXT | st.integers(-MAX_INTEGER, MAX_INTEGER),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(VALUES)
def test_the_form_is_that_of_rfc_8785_and_reads_back(value: Any) -> None:
    """canonical(v) == rfc8785(v), and decode(canonical(v)) == v, on the whole domain."""
    assert canonical(value) == rfc8785.dumps(value)
    assert decode(canonical(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        [{"a": (1, 0.5)}],
        2**53,
        -(2**53),
        {1: "a"},
        {"a": {None: 1}},
        {"a", "b"},
        b"bytes",
        datetime(2026, 1, 1, tzinfo=UTC),
        "\ud800",
    ],
)
def test_what_is_inexact_or_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(InvariantBroken):
        canonical(value)


def test_a_tuple_is_written_as_a_list_and_depth_is_no_limit_of_ours() -> None:
    deep: Any = ()
    for _ in range(200):
        deep = (deep,)

    assert canonical((1, "a")) == b'[1,"a"]'
    assert canonical(deep).count(b"[") == 201


def test_ids_come_from_their_origin_alone() -> None:
    assert derive_id("inc", "web", 7) == derive_id("inc", "web", 7)
    assert derive_id("inc", "web", 7) != derive_id("inc", "web", "7")
    assert derive_id("inc", "web", 7) == f"inc-{digest(['web', 7])[:16]}"
