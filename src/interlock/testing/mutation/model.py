"""A mutant: one small change of a bundle that its scenarios ought to notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from interlock.language import Document, Loc, YamlValue
from interlock.language.diagnostics import Span
from interlock.testing.coverage import Item

DROPPED: Final = object()
"""The new value of what is taken out."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written instead, at one place.

    Attributes:
        loc: the place; the position in a list that was written as a single text counts, too.
        value: the new value, or ``DROPPED``.
        key: instead of a value: the new key of a mapping's entry.
    """

    loc: Loc
    value: object = DROPPED
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change.

    Attributes:
        path, span: where.
        change: what was there and what is there instead.
        edit: the change of the document.
        items: a scenario that saw one of these comes by the place; none: all scenarios may.
        action: a scenario in which this action was wanted comes by, too.
    """

    path: str
    span: Span
    change: str
    edit: Edit
    items: frozenset[Item] = field(default_factory=frozenset, compare=False)
    action: str | None = None

    @property
    def place(self) -> str:
        """``file:line:col``."""
        return f"{self.path}:{self.span.line}:{self.span.col}"


def mutated(documents: Sequence[Document], at: Document, edit: Edit) -> list[Document]:
    """Return fresh documents, one of them edited; the given ones stay as they are."""
    return [
        replace(
            one, diagnostics=[], data=_edited(one.data, edit, edit.loc) if one is at else one.data
        )
        for one in documents
    ]


def _edited(data: YamlValue, edit: Edit, loc: Loc) -> YamlValue:
    part, rest = loc[0], loc[1:]
    if isinstance(data, Mapping):
        return _in_mapping(data, edit, str(part), rest)
    if isinstance(data, Sequence) and not isinstance(data, str):
        return _in_list(data, edit, int(part), rest)
    return edit.value  # type: ignore[return-value]  # the one text of what may be a list


def _in_mapping(
    data: Mapping[str, YamlValue], edit: Edit, part: str, rest: Loc
) -> dict[str, YamlValue]:
    found: dict[str, YamlValue] = {}
    for name, value in data.items():
        if name != part:
            found[name] = value
        elif rest and not _is_alone(value, edit, rest):
            found[name] = _edited(value, edit, rest)
        elif edit.key is not None:
            found[edit.key] = value
        elif edit.value is not DROPPED:
            found[name] = edit.value  # type: ignore[assignment]
    return found


def _is_alone(value: YamlValue, edit: Edit, rest: Loc) -> bool:
    """Return whether an entry goes with the last of its list."""
    if edit.value is not DROPPED or len(rest) != 1 or edit.key is not None:
        return False
    return isinstance(value, str) or (isinstance(value, Sequence) and len(value) == 1)


def _in_list(data: Sequence[YamlValue], edit: Edit, part: int, rest: Loc) -> list[YamlValue]:
    items = list(data)
    if rest:
        items[part] = _edited(items[part], edit, rest)
    elif edit.value is DROPPED:
        del items[part]
    else:
        items[part] = edit.value  # type: ignore[call-overload]
    return items
