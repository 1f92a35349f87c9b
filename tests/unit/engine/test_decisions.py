"""Decisions fit into entries, and come out of them whole."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock import digest
from interlock.engine.decisions import encode, merge
from interlock.engine.model import MOST_BODY_BYTES

HEAD = {"at": 1, "bundle": "b", "kind": "decision", "of": 7}
ITEMS = st.lists(
    st.fixed_dictionaries({"id": st.text(max_size=8), "why": st.text("äx", max_size=9_000)}),
    min_size=1,
    max_size=12,
)


def decoded(bodies: list[bytes]) -> list[dict[str, Any]]:
    return [digest.decode(body) for body in bodies]


@given(st.dictionaries(st.sampled_from(["facts", "firings", "moves"]), ITEMS, min_size=1))
def test_a_decision_comes_out_as_it_went_in(topics: dict[str, list[dict[str, str]]]) -> None:
    """merge(encode(d)) == d, whatever its size, and every body fits into an entry."""
    decision = {**HEAD, **topics}

    bodies = encode(decision)

    (merged,) = merge(iter(decoded(bodies)))
    assert merged == decision
    assert all(len(body) <= MOST_BODY_BYTES for body in bodies)


def test_a_small_decision_is_one_entry() -> None:
    assert len(encode({**HEAD, "facts": [{"id": "f1"}]})) == 1


def test_an_item_no_entry_can_hold_leaves_out_what_is_long_and_gives_its_digest() -> None:
    item = {"id": "fir-1", "why": "x" * 200_000, "rule": "web/down"}

    bodies = encode({**HEAD, "firings": [item]})

    (part,) = decoded(bodies)
    assert part["firings"] == [
        {"id": "fir-1", "rule": "web/down", "left_out": ["why"], "digest": digest.digest(item)}
    ]
    assert len(bodies[0]) <= MOST_BODY_BYTES
