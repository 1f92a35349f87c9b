"""What an expression may read: this element's fields and those of earlier bindings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from interlock.language.expression.syntax import Node
from interlock.language.values import ANY, Field

Path = tuple[str, str]
"""An (alias, field) pair; the alias of a bare name is ``""``."""


class _Open(Mapping[str, Field]):
    """The fields of something undeclared: every name reads as ANY."""

    def __getitem__(self, name: str) -> Field:
        return Field(ANY)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)


OPEN: Mapping[str, Field] = _Open()
"""Stands for the fields of an undeclared signal or fact after it was reported, so that reading
them reports nothing more."""


@dataclass(frozen=True)
class Scope:
    """The names an expression may use and what they hold."""

    fields: Mapping[str, Field]
    """Fields of this element, read by their bare names."""
    bindings: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    """Fields of earlier bindings, read as ``alias.field``."""
    present: frozenset[Path] = frozenset()
    """Optional fields an earlier conjunct asked ``has`` about; they may be read (no RV204)."""

    def knowing(self, paths: frozenset[Path]) -> Scope:
        """Return this scope with more optional fields known to be present."""
        return replace(self, present=self.present | paths)


def proven(node: Node) -> frozenset[Path]:
    """Return the optional fields that are present whenever ``node`` is true.

    Example:
        ``proven(parse('has(previous) && x > 1')) == {("", "previous")}``; pass it on with
        ``scope.knowing(...)`` to check later conjuncts.
    """
    raise NotImplementedError
