"""Untyped nested events as typed flat signals.

The peer looks into JSON of any shape; our signals have declared, typed fields.  As an adapter of a
monitoring system would, this turns each path a condition reads into one optional field for each
type the value can have, so ``event.i == "1"`` reads the text of ``i`` and ``event.i == 1`` its
number:

    there (bool)   the path leads somewhere, be it to null
    value (bool)   it leads to something else than an object
    null (bool)    it leads to null
    number, text, truth          the value
    numbers, texts, truths       the items of a list of that type; of a single value, that one
    nulls (bool)   one of the items is null

A path through a list of objects (``selectattr``) gives one list for each attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from tests.foreign.syntax import NotOurs

MISSING = object()
LARGEST = 2**53 - 1
SORTS = {
    "there": "bool",
    "value": "bool",
    "null": "bool",
    "number": "double",
    "text": "string",
    "truth": "bool",
    "numbers": "list<double>",
    "texts": "list<string>",
    "truths": "list<bool>",
    "nulls": "bool",
}
_SINGLE = {"number": (int, float), "text": str, "truth": bool}
_PLURAL = {"numbers": "number", "texts": "text", "truths": "truth"}


class Path(NamedTuple):
    """Where a value is: steps into the event, then into each object of the list there."""

    steps: tuple[str | int, ...]
    attribute: str | None = None


class Fields:
    """The fields of one pack, named as they are asked for."""

    def __init__(self, events: Iterable[Mapping[str, Any]], constants: Iterable[Any] = ()) -> None:
        self._names: dict[tuple[Path, str], str] = {}
        self._scale = max(6, *map(_digits, _numbers([*events, *constants])), 0)

    def name(self, path: Path, sort: str) -> str:
        """Return the field that holds a path's value of one sort."""
        return self._names.setdefault((path, sort), f"f{len(self._names)}_{sort}")

    def declarations(self) -> dict[str, dict[str, Any]]:
        """Return the fields as ``signals/v1`` declares them."""
        return {
            name: {"type": SORTS[sort], "optional": True}
            | ({"scale": self._scale} if sort in {"number", "numbers"} else {})
            for (_, sort), name in self._names.items()
        }

    def row(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the fields hold of an event, in runtime units.

        Raises:
            NotOurs: a number is larger than any of ours.
        """
        found = {}
        for (path, sort), name in self._names.items():
            value = self._value(path, sort, event)
            if value is not MISSING:
                found[name] = value
        return found

    def _value(self, path: Path, sort: str, event: Mapping[str, Any]) -> Any:
        value = _at(path.steps, event)
        if value is MISSING or sort == "there":
            return value is not MISSING or MISSING
        if sort == "value":
            return not isinstance(value, Mapping) or MISSING
        if sort == "null":
            return True if value is None else MISSING
        if sort in _SINGLE:
            return self._units(value) if _is(value, sort) else MISSING
        items = _items(value, path.attribute)
        if sort == "nulls":
            return True if None in items else MISSING
        return tuple(self._units(one) for one in items if _is(one, _PLURAL[sort]))

    def _units(self, value: Any) -> Any:
        if isinstance(value, bool | str):
            return value
        units = Decimal(repr(value)).scaleb(self._scale)
        if units != int(units) or abs(units) > LARGEST:
            raise NotOurs("a number beyond ±(2^53-1) units")
        return int(units)


def _is(value: Any, sort: str) -> bool:
    if isinstance(value, bool):
        return sort == "truth"
    return isinstance(value, _SINGLE[sort])


def _at(steps: Sequence[str | int], value: Any) -> Any:
    """Return what steps lead to; a name asked of a list is asked of each of its items."""
    for place, step in enumerate(steps):
        if isinstance(step, int) and isinstance(value, list):
            value = value[step] if -len(value) <= step < len(value) else MISSING
        elif isinstance(value, list):
            found = [
                one for one in (_at(steps[place:], item) for item in value) if one is not MISSING
            ]
            return _flat(found) if found else MISSING
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            return MISSING
    return value


def _flat(items: Iterable[Any]) -> list[Any]:
    flat: list[Any] = []
    for one in items:
        flat.extend(one if isinstance(one, list) else [one])
    return flat


def _items(value: Any, attribute: str | None) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    if attribute is None:
        return items
    found = [_at(attribute.split("."), one) for one in items if isinstance(one, Mapping)]
    return _flat(one for one in found if one is not MISSING)


def _numbers(value: Any) -> Iterable[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, Mapping):
        yield from _numbers(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)


def _digits(number: float) -> int:
    return max(0, -int(Decimal(repr(number)).normalize().as_tuple().exponent))
