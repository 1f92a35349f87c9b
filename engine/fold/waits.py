"""Which open incidents wait for a signal or fact, found by name and, where the machine joins
on a field, by that field's value: a sample touches only the incidents it may concern.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.language.values import Value

_Slot = tuple[str, Value] | None


class Waits:
    """An index of waiting incidents; rebuilt from their states, never stored."""

    __slots__ = ("_by_name", "_where")

    def __init__(self) -> None:
        self._by_name: dict[str, dict[_Slot, dict[str, None]]] = {}
        self._where: dict[str, tuple[str, _Slot]] = {}

    def add(self, incident: str, name: str, key: tuple[str, Value] | None) -> None:
        """Let an incident wait for elements called ``name`` whose field has the key's value."""
        self.remove(incident)
        self._where[incident] = (name, key)
        self._by_name.setdefault(name, {}).setdefault(key, {})[incident] = None

    def remove(self, incident: str) -> None:
        """Forget an incident; one that does not wait is fine."""
        place = self._where.pop(incident, None)
        if place is None:
            return
        name, key = place
        slots = self._by_name[name]
        del slots[key][incident]
        if not slots[key]:
            del slots[key]
        if not slots:
            del self._by_name[name]

    def concerns(self, name: str) -> bool:
        """Return whether anybody waits for elements of that name."""
        return name in self._by_name

    def candidates(self, name: str, row: Mapping[str, Value]) -> Iterator[str]:
        """Return incidents an element may concern, sorted."""
        slots = self._by_name.get(name)
        if slots is None:
            return iter(())
        fields = sorted({slot[0] for slot in slots if slot is not None})
        keys: list[_Slot] = [None, *((f, row[f]) for f in fields if f in row)]
        return iter(sorted(incident for key in keys for incident in slots.get(key, ())))
