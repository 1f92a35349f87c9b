"""Elements out of a region, to be tried: a region may hold more than there is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from interlock.language.regions.examples import example
from interlock.language.regions.region import Box, Variable
from interlock.language.regions.values import declared
from interlock.language.values import Field, Kind, Value, violation

MOST_TRIES: Final = 4
"""Values of each field that are worth a try, side by side."""


def row_of(
    box: Box, alias: str, fields: Mapping[str, Field], number: int, words: Sequence[str] = ()
) -> dict[str, Value]:
    """Return the n-th element that a box allows; what must be missing is."""
    values = {
        name: _value(box, Variable("field", alias, name), field, (number, words))
        for name, field in fields.items()
    }
    return {name: value for name, value in values.items() if value is not None}


def summed_fields(box: Box) -> list[tuple[str, str]]:
    """Return (alias, name) of the fields whose sums a box speaks of, sorted."""
    sums = (variable.name for variable in box if variable.sort == "sum")
    return sorted({found for text in sums for found in _SUMMED.findall(text)})


_SUMMED = re.compile(r"field:(\w*)\.(\w+)")


def _value(
    box: Box, variable: Variable, field: Field, choice: tuple[int, Sequence[str]]
) -> Value | None:
    """Return the n-th value a field may have there; None when it has none."""
    number, words = choice
    held = (box[variable] if variable in box else declared(field)).held
    if field.type.kind is Kind.LIST:
        return ()
    first = [word for word in words if field.type.kind is Kind.STRING and held.holds(word)]
    made = None if field.pattern is None else example(field.pattern)
    last = [] if made is None or not held.holds(made) else [made]
    tried = (*first, *islice(held.samples(), 8), *last)
    known = [one for one in tried if not violation(field, one)]
    return known[min(number, len(known) - 1)] if known else None
