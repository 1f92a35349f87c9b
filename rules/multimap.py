"""Many values by key, kept lean where a key has one value, as most keys of a memory do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Multimap(Generic[K, V]):
    """Values by key; values of one key differ in name."""

    __slots__ = ("_many", "_name_of", "_one")

    def __init__(self, name_of: Callable[[V], object]) -> None:
        """Begin empty.

        Args:
            name_of: what tells values of one key apart; hashable.
        """
        self._name_of = name_of
        self._one: dict[K, V] = {}
        self._many: dict[K, dict[object, V]] = {}

    def add(self, key: K, value: V) -> None:
        """Add a value whose name the key does not have yet."""
        many = self._many.get(key)
        if many is not None:
            many[self._name_of(value)] = value
        elif key in self._one:
            first = self._one.pop(key)
            self._many[key] = {self._name_of(one): one for one in (first, value)}
        else:
            self._one[key] = value

    def remove(self, key: K, value: V) -> None:
        """Remove a value that is there."""
        many = self._many.get(key)
        if many is None:
            del self._one[key]
            return
        del many[self._name_of(value)]
        if len(many) == 1:
            del self._many[key]
            (self._one[key],) = many.values()

    def of(self, key: K) -> Collection[V]:
        """Return the values of a key in no order that matters; do not change the map meanwhile."""
        many = self._many.get(key)
        if many is not None:
            return many.values()
        return (self._one[key],) if key in self._one else ()
