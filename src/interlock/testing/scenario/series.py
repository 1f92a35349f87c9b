"""A series of signals, as authors write it: ``values: 0.12*9 _*3 0.01``.

``0.12*9`` is nine samples; ``_*3`` are three that do not come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from interlock.language.values import YamlValue

MISSING: Final = "_"
"""Stands for a sample that does not come."""

MOST: Final = 10_000
"""Most samples of one series."""

_ITEM: Final = re.compile(r"(?P<value>\S+?)(?:\*(?P<times>[1-9]\d{0,4}))?")


@dataclass(frozen=True, slots=True)
class Sample:
    """One signal of a series: its number from 0, and what differs from the others."""

    number: int
    data: dict[str, YamlValue]


def read_values(written: str | Sequence[YamlValue]) -> list[YamlValue]:
    """Return the values of a series, one for each sample.

    Raises:
        ValueError: there are too many, or an item is none; the message says which.
    """
    if not isinstance(written, str):
        return list(written)
    values: list[YamlValue] = []
    for item in written.split():
        found = _ITEM.fullmatch(item)
        if found is None:
            raise ValueError(f"{item!r} is no value such as 0.12, 0.12*9 or _*3")
        values += [_value(found["value"])] * int(found["times"] or 1)
        if len(values) > MOST:
            raise ValueError(f"a series has at most {MOST} samples")
    return values


def samples(
    *,
    times: int | None,
    field: str | None,
    values: Sequence[YamlValue] | None,
    cycle: dict[str, list[YamlValue]],
) -> Iterator[Sample]:
    """Yield the samples of a series that come, in order.

    Args:
        times: how many there are when no values say so; None: one.
        field: the field of ``values``.
        values: one for each sample.
        cycle: fields that take one value after the other; no list is empty.
    """
    for number in range(len(values) if values is not None else times or 1):
        data = {name: ring[number % len(ring)] for name, ring in cycle.items()}
        if field is not None and values is not None:
            if values[number] == MISSING:
                continue
            data[field] = values[number]
        yield Sample(number, data)


def _value(text: str) -> YamlValue:
    if text in {"true", "false"}:
        return text == "true"
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text):
        return Decimal(text)
    return text
