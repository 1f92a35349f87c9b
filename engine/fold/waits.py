"""Which open incidents wait for a signal or fact, found by name and, where the machine joins
on a field, by that field's value: a sample touches only the incidents it may concern.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from interlock.language.values import Value

_Key = tuple[str, Value]
K = TypeVar("K")
V = TypeVar("V")


class Waits:
    """An index of waiting incidents; rebuilt from their states, never stored."""

    __slots__ = ("_any", "_keyed", "_where")

    def __init__(self) -> None:
        self._keyed: dict[str, dict[str, dict[Value, tuple[str, ...]]]] = {}
        self._any: dict[str, dict[str, None]] = {}
        self._where: dict[str, tuple[str, _Key | None]] = {}

    def add(self, incident: str, name: str, key: _Key | None) -> None:
        """Let an incident wait for elements called ``name`` whose field has the key's value."""
        self.remove(incident)
        self._where[incident] = (name, key)
        if key is None:
            self._any.setdefault(name, {})[incident] = None
        else:
            field, value = key
            slots = self._keyed.setdefault(name, {}).setdefault(field, {})
            slots[value] = (*slots.get(value, ()), incident)

    def remove(self, incident: str) -> None:
        """Forget an incident; one that does not wait is fine."""
        place = self._where.pop(incident, None)
        if place is None:
            return
        name, key = place
        if key is None:
            _without(self._any, name, incident)
            return
        field, value = key
        slots = self._keyed[name][field]
        slots[value] = tuple(other for other in slots[value] if other != incident)
        if not slots[value]:
            del slots[value]
        if not slots:
            _without(self._keyed, name, field)

    def concerns(self, name: str) -> bool:
        """Return whether anybody waits for elements of that name."""
        return name in self._any or name in self._keyed

    def candidates(self, name: str, row: Mapping[str, Value]) -> Iterator[str]:
        """Return incidents an element may concern, sorted."""
        keyed = (
            incident
            for field, slots in self._keyed.get(name, {}).items()
            if field in row
            for incident in slots.get(row[field], ())
        )
        return iter(sorted([*self._any.get(name, ()), *keyed]))


def _without(index: dict[str, dict[K, V]], name: str, key: K) -> None:
    """Take a key out of a name's entries, and the name when it was the last."""
    del index[name][key]
    if not index[name]:
        del index[name]
