"""The canonical form of compiled definitions, from which their digests are made.

Two documents that mean the same (other spacing, comments, key order within a mapping) have
one digest; any change of behaviour, text or type changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from typing import Any

from interlock.digest import digest
from interlock.errors import InvariantBroken

Canonical = str | int | bool | None | list["Canonical"] | dict[str, "Canonical"]
"""What canonical bytes can be made of."""

_DERIVED = frozenset({"digest", "evaluate", "origin"})
"""Fields that follow from the others, the digest itself and functions; and where all stands."""


def fingerprint(definition: object) -> str:
    """Return the SHA-256 of a definition's canonical form, as 64 hex digits."""
    return digest(canonical_form(definition))


def canonical_form(value: object) -> Canonical:
    """Return a definition as plain values; mappings lose their order, tuples keep it.

    Raises:
        InvariantBroken: it holds something that has no canonical form.
    """
    if isinstance(value, Enum):
        return canonical_form(value.value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, frozenset):
        return [canonical_form(item) for item in sorted(value)]
    if isinstance(value, tuple | list):
        return [canonical_form(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): canonical_form(item) for key, item in value.items()}
    return _dataclass_form(value)


def _dataclass_form(value: object) -> dict[str, Canonical]:
    if not is_dataclass(value) or isinstance(value, type):
        raise InvariantBroken(f"{type(value).__name__} has no canonical form")
    form: dict[str, Canonical] = {"is": type(value).__name__}
    for field in fields(value):
        if field.name not in _DERIVED and not _is_unsaid(value, field):
            form[field.name] = canonical_form(getattr(value, field.name))
    return form


def _is_unsaid(value: object, field: Field[Any]) -> bool:
    """Return whether a field that came later than others is not used by a definition."""
    return "came_later" in field.metadata and bool(getattr(value, field.name) == field.default)
