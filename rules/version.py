"""The version of a rule base: a digest of everything that can change what it decides or says.

Spacing, comments, the order of documents and where a rule is written do not count: fields that
take no part in the equality of compiled rules take no part in their version, and one marked
`UNLESS_USED` takes part only where it says something, so that a word the language learned later
leaves the version of every rule that does not use it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from interlock.digest import digest
from interlock.errors import InvariantBroken
from interlock.language.values import JsonValue
from interlock.rules.declarations import FactType, SignalType
from interlock.rules.network import UNLESS_USED, Rule

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def rulebase_digest(
    signals: Mapping[str, SignalType], facts: Mapping[str, FactType], rules: Iterable[Rule]
) -> str:
    """Return the digest of declarations and compiled rules, 64 hex digits."""
    by_name = {rule.name: rule for rule in rules}
    return digest({"signals": _plain(signals), "facts": _plain(facts), "rules": _plain(by_name)})


def _plain(value: object) -> JsonValue:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, frozenset):
        return [_plain(item) for item in sorted(value)]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        counted = (one for one in _fields(type(value)) if _counts(one, value))
        form = {one.name: _plain(getattr(value, one.name)) for one in counted}
        return {"is": type(value).__name__, **form}
    raise InvariantBroken(f"{type(value).__name__} has no canonical form")


@cache
def _fields(form: type[DataclassInstance]) -> tuple[Field[object], ...]:
    """Return the fields of a class that take part in the version."""
    return tuple(one for one in fields(form) if one.compare)


def _counts(one: Field[object], value: object) -> bool:
    """Whether a field says something that the version must cover."""
    is_word = one.metadata and one.metadata == UNLESS_USED
    return not is_word or bool(getattr(value, one.name) != _unused(one))


def _unused(one: Field[object]) -> object:
    return one.default if one.default_factory is MISSING else one.default_factory()
