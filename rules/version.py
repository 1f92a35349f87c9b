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

from interlock.digest import digest
from interlock.errors import InvariantBroken
from interlock.language.values import JsonValue
from interlock.rules.declarations import FactType, SignalType
from interlock.rules.network import UNLESS_USED, Rule


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
        form = {f.name: _plain(getattr(value, f.name)) for f in fields(value) if _counts(f, value)}
        return {"is": type(value).__name__, **form}
    raise InvariantBroken(f"{type(value).__name__} has no canonical form")


def _counts(one: Field[object], value: object) -> bool:
    """Whether a field says something that the version must cover."""
    if one.compare and one.metadata == UNLESS_USED:
        return bool(getattr(value, one.name) != _unused(one))
    return one.compare


def _unused(one: Field[object]) -> object:
    return one.default if one.default_factory is MISSING else one.default_factory()
