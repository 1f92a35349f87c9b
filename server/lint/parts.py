"""The parts of an author's documents, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from interlock.language.document import Document, Loc

Part: TypeAlias = Mapping[str, object]


def rules_of(document: Document) -> Iterator[tuple[Loc, Part, Part]]:
    """Yield the rules of a document that count, each with its head."""
    data = document.data
    if document.kind == "rules/v1" and isinstance(data, Mapping):
        for number, rule in enumerate(listed(data.get("rules"))):
            if rule.get("status") != "disabled":
                yield ("rules", number), rule, data


def machines_of(document: Document) -> Iterator[tuple[Loc, Part, Part]]:
    """Yield the machine of a document, which is its own head."""
    if document.kind == "machine/v1" and isinstance(document.data, Mapping):
        yield (), document.data, document.data


def actions_of(document: Document) -> Iterator[tuple[Loc, str, Part]]:
    """Yield the actions of a document with their names."""
    data = document.data
    actions = data.get("actions") if isinstance(data, Mapping) else None
    for name, action in actions.items() if isinstance(actions, Mapping) else ():
        if isinstance(action, Mapping):
            yield ("actions", name), str(name), action


def listed(value: object) -> list[Part]:
    """Return the mappings of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def inherited(key: str, part: Part, head: Part) -> object:
    """Return what a part says, or else its head."""
    return part.get(key) or head.get(key)
