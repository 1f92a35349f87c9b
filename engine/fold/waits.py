"""Which open incidents wait for a signal or fact, found by name and, where the machine joins
on a field, by that field's value: a sample touches only the incidents it may concern.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.language.values import Value

_Key = tuple[str, Value] | None
_Incidents = dict[str, None]


class Waits:
    """An index of waiting incidents; rebuilt from their states, never stored."""

    __slots__ = ("_by_name", "_where")

    def __init__(self) -> None:
        # Name, then field, then its value; None for both where any element will do.
        self._by_name: dict[str, dict[str | None, dict[Value | None, _Incidents]]] = {}
        self._where: dict[str, tuple[str, _Key]] = {}

    def add(self, incident: str, name: str, key: tuple[str, Value] | None) -> None:
        """Let an incident wait for elements called ``name`` whose field has the key's value."""
        self.remove(incident)
        self._where[incident] = (name, key)
        field, value = key or (None, None)
        by_value = self._by_name.setdefault(name, {}).setdefault(field, {})
        by_value.setdefault(value, {})[incident] = None

    def remove(self, incident: str) -> None:
        """Forget an incident; one that does not wait is fine."""
        place = self._where.pop(incident, None)
        if place is None:
            return
        name, key = place
        field, value = key or (None, None)
        by_field = self._by_name[name]
        by_value = by_field[field]
        del by_value[value][incident]
        if not by_value[value]:
            del by_value[value]
        if not by_value:
            del by_field[field]
        if not by_field:
            del self._by_name[name]

    def concerns(self, name: str) -> bool:
        """Return whether anybody waits for elements of that name."""
        return name in self._by_name

    def candidates(self, name: str, row: Mapping[str, Value]) -> Iterator[str]:
        """Return incidents an element may concern, sorted."""
        found: list[str] = []
        for field, by_value in self._by_name.get(name, {}).items():
            if field is None:
                found += by_value[None]
            elif field in row:
                found += by_value.get(row[field], ())
        return iter(sorted(found))
