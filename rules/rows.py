"""The rows of live elements: as readable as a dict, at a third of its size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from typing_extensions import override

from interlock.language.values import Value
from interlock.rules.model import Row


class PackedRow(Mapping[str, Value]):
    """A row whose names are shared with all rows of the same shape.  Never changes."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Value, ...]) -> None:
        """Hold the values of the names at their places; `Shapes.pack` makes these."""
        self._places = places
        self._values = values

    @override
    def __getitem__(self, name: str) -> Value:
        return self._values[self._places[name]]

    @override
    def __contains__(self, name: object) -> bool:
        return name in self._places

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    @override
    def __len__(self) -> int:
        return len(self._values)


class Shapes:
    """The sets of names rows have had; a declared type has one for each mix of optional fields."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, ...], Mapping[str, int]] = {}

    def pack(self, row: Row) -> PackedRow:
        """Return the row, packed."""
        names = tuple(row)
        places = self._places.get(names)
        if places is None:
            places = self._places[names] = {name: at for at, name in enumerate(names)}
        return PackedRow(places, tuple(row.values()))
