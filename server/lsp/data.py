"""The content of documents, by the way to each part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.language.document import Loc
from interlock.language.values import YamlValue


def parts(data: YamlValue) -> list[tuple[str | int, YamlValue]]:
    """Return what is directly below something, each with its key or position."""
    if isinstance(data, Mapping):
        return list(data.items())
    if isinstance(data, Sequence) and not isinstance(data, str):
        return list(enumerate(data))
    return []


def below(data: YamlValue, part: str | int) -> YamlValue:
    """Return what stands under a key or at a position, None for nothing."""
    if isinstance(data, Mapping):
        return data.get(part) if isinstance(part, str) else None
    if isinstance(data, Sequence) and not isinstance(data, str) and isinstance(part, int):
        return data[part] if part < len(data) else None
    return None


def at(data: YamlValue, loc: Loc) -> YamlValue:
    """Return what stands at a place, None for nothing."""
    for part in loc:
        data = below(data, part)
    return data


def mapping_at(data: YamlValue, loc: Loc) -> Mapping[str, YamlValue]:
    """Return the mapping at a place, an empty one where there is none."""
    found = at(data, loc)
    return found if isinstance(found, Mapping) else {}


def copied(data: YamlValue) -> Any:
    """Return a copy of which every part may be changed, and nothing is shared."""
    if isinstance(data, Mapping):
        return {key: copied(value) for key, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [copied(value) for value in data]
    return data


def without(data: YamlValue, loc: Loc) -> YamlValue:
    """Return a copy without the key at a place; what is not on the way there is shared."""
    part, *rest = loc
    if isinstance(part, int) and isinstance(data, list):
        return [without(one, tuple(rest)) if n == part else one for n, one in enumerate(data)]
    if not isinstance(data, Mapping) or part not in data:
        return data
    if not rest:
        return {key: value for key, value in data.items() if key != part}
    return {**data, str(part): without(below(data, part), tuple(rest))}
