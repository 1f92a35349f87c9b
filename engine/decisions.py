"""A decision as journal entries: one, or as many as its size asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.digest import canonical
from interlock.engine.model import Body

MOST_BYTES = 60_000
"""A body beyond this is parted; an entry may hold 65,535 bytes."""

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
        current = {key: list(v) if isinstance(v, list) else v for key, v in body.items()}
    if current is not None:
        yield current


def _topics(body: Body) -> Iterator[tuple[str, list[Any]]]:
    return ((topic, items) for topic, items in body.items() if isinstance(items, list))


def _parts(decision: Body) -> Iterator[Mapping[str, list[Any]]]:
    part: dict[str, list[Any]] = {}
    size = 0
    for topic, items in _topics(decision):
        for item in items:
            length = len(canonical(item)) + len(topic) + 8
            if part and size + length > MOST_BYTES - 1_000:
                yield part
                part, size = {}, 0
            part.setdefault(topic, []).append(item)
            size += length
    yield part
