"""What a probe must see so that what is expected of it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Final

from interlock.language.expression import ExpressionError, Row, Scope, parse, reads
from interlock.language.expression.check import resolve
from interlock.language.regions import EVERYWHERE, Box, Region, truth_of
from interlock.language.regions.samples import MOST_TRIES, row_of, summed_fields
from interlock.language.values import Field, Kind, Unknown, Value

Holds = Callable[[Row], bool | Unknown]
"""Whether what is expected holds of what a probe saw."""

MOST_LEVELS: Final = 1_000
"""Sights that are tried of a probe whose numbers are compared with what is given."""

_MEASURED: Final = frozenset({Kind.INT, Kind.DOUBLE, Kind.DURATION, Kind.TIMESTAMP})


def sight(  # what is expected, of what, beside what
    expect: str,
    holds: Holds,
    fields: Mapping[str, Field],
    around: Mapping[str, Row],
    scope: Scope,
    *,
    wanted: bool,
) -> dict[str, Value] | None:
    """Return fields of a probe with which an expectation holds, or does not; None where none is.

    Args:
        expect: the expectation.
        holds: the same, compiled.
        fields: what the probe sees.
        around: inputs and outputs that it may be compared with, by alias.
        scope: what it may read.
        wanted: whether it is to hold.
    """
    texts = {value for row in around.values() for value in row.values() if isinstance(value, str)}
    numbers = {n: v for row in around.values() for n, v in row.items() if isinstance(v, int)}
    for box, words in product(_region(expect, scope, wanted=wanted), _orders(texts)):
        for seen in _rows(box, fields, words):
            for one in (seen, {**seen, **{n: v for n, v in numbers.items() if n in fields}}):
                if holds(one) is wanted:
                    return one
    levels = _levels(_read(expect, fields), numbers.values())
    plain = row_of({}, "probe", fields, 0, sorted(texts))
    return next((one for level in levels if holds(one := {**plain, **level}) is wanted), None)


def _read(expect: str, fields: Mapping[str, Field]) -> list[str]:
    """Return the numbers of a probe that an expectation reads."""
    try:
        found = {name for alias, name in reads(parse(expect)) if alias == "probe"}
    except ExpressionError:
        return []
    return sorted(n for n in found if n in fields and fields[n].type.kind in _MEASURED)


def _levels(names: list[str], numbers: Iterable[int]) -> Iterator[dict[str, Value]]:
    """Yield what a probe may see that is compared with what an action was given.

    Each number is at the level of one that was given, a step above it or below; with that,
    one expectation may hold of several of them.
    """
    levels = sorted({n + step for n in numbers if type(n) is int for step in (-1, 0, 1)})
    for some in islice(product(levels, repeat=len(names)), MOST_LEVELS):
        yield dict(zip(names, some, strict=True))


def _rows(box: Box, fields: Mapping[str, Field], words: list[str]) -> Iterator[dict[str, Value]]:
    """Yield what a box allows; of fields that are added up each sample with each."""
    for number in range(MOST_TRIES):
        yield row_of(box, "probe", fields, number, words)
    plain = row_of(box, "probe", fields, 0, words)
    summed = [name for alias, name in summed_fields(box) if alias == "probe" and name in fields]
    for numbers in product(range(MOST_TRIES), repeat=len(summed) if len(summed) <= 3 else 0):
        mixed = [
            row_of(box, "probe", {name: fields[name]}, number, words)
            for name, number in zip(summed, numbers, strict=False)
        ]
        yield {**plain, **{name: value for row in mixed for name, value in row.items()}}


def _orders(texts: set[str]) -> Iterator[list[str]]:
    """Yield the texts, each of them first once; and none."""
    for text in sorted(texts):
        yield [text, *sorted(texts - {text})]
    yield []


def _region(expect: str, scope: Scope, *, wanted: bool) -> Region:
    try:
        faults: list[ExpressionError] = []
        typed = resolve(parse(expect), scope, faults)
    except ExpressionError:
        return EVERYWHERE
    if faults:
        return EVERYWHERE
    return truth_of(typed).true if wanted else truth_of(typed).false
