"""A decision as journal entries: one, or as many as its size asks for.

However long the labels are that found their way into it, a decision fits: an item too long for
an entry leaves its long values out and gives the digest of the whole.  Nothing is lost by that:
folding the journal again gives the item back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.digest import canonical, digest
from interlock.engine.model import Body

MOST_BYTES = 60_000
"""A body beyond this is parted; an entry may hold 65,535 bytes."""

LONG_BYTES = 1_024
"""A value beyond this is left out of an item that would not fit."""

_HEAD = ("at", "bundle", "kind", "of")


def encode(decision: Body) -> list[bytes]:
    """Return the canonical bodies of a decision, in order.

    A large decision is parted between the items of its lists; each part repeats the head and
    says which part it is.
    """
    whole = canonical(decision)
    if len(whole) <= MOST_BYTES:
        return [whole]
    head = {key: decision[key] for key in _HEAD}
    return [canonical({**head, "part": n, **part}) for n, part in enumerate(_parts(decision))]


def merge(bodies: Iterator[Body]) -> Iterator[Body]:
    """Return decisions whole again; parts of one decision come one after another."""
    current: dict[str, Any] | None = None
    for body in bodies:
        if current is not None and "part" in body and body["of"] == current["of"]:
            for topic, items in _topics(body):
                current.setdefault(topic, []).extend(items)
            continue
        if current is not None:
            yield current
        current = {k: list(v) if isinstance(v, list) else v for k, v in body.items() if k != "part"}
    if current is not None:
        yield current


def _topics(body: Body) -> Iterator[tuple[str, list[Any]]]:
    return ((topic, items) for topic, items in body.items() if isinstance(items, list))


def _parts(decision: Body) -> Iterator[Mapping[str, list[Any]]]:
    part: dict[str, list[Any]] = {}
    size = 0
    for topic, items in _topics(decision):
        for whole in items:
            item = _fitting(whole)
            length = len(canonical(item)) + len(topic) + 8
            if part and size + length > MOST_BYTES - 1_000:
                yield part
                part, size = {}, 0
            part.setdefault(topic, []).append(item)
            size += length
    yield part


def _fitting(item: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(canonical(item)) <= MOST_BYTES - 2_000:
        return item
    long = sorted(key for key, value in item.items() if len(canonical(value)) > LONG_BYTES)
    kept = {key: value for key, value in item.items() if key not in long}
    return {**kept, "left_out": long, "digest": digest(item)}
