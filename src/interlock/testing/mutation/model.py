"""A mutant: one small change of a bundle that its scenarios ought to notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from interlock.language import Document, Loc, YamlValue
from interlock.language.diagnostics import Span
from interlock.testing.coverage import Item
from interlock.testing.mutation.operators import Operator
from interlock.testing.mutation.steps import around, beside, paces

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
        operator: which.
        path, span: where.
        change: what was there and what is there instead.
        edit: the change of the document.
        items: a scenario that saw one of these comes by the place.
        actions: so does one in which one of these was wanted; without items or actions, all may.
        is_same: whether it is certain that it decides as before.
    """

    operator: Operator
    path: str
    span: Span
    change: str
    edit: Edit
    items: frozenset[Item] = field(default_factory=frozenset, compare=False)
    actions: frozenset[str] = field(default_factory=frozenset, compare=False)
    is_same: bool = field(default=False, compare=False)

    @property
    def place(self) -> str:
        """``file:line:col``."""
        return f"{self.path}:{self.span.line}:{self.span.col}"


@dataclass(frozen=True, slots=True)
class Site:
    """What the mutants of one part of a document have in common.

    Attributes:
        document: where they are.
        items, actions: what brings a scenario by.
    """

    document: Document
    items: frozenset[Item] = frozenset()
    actions: frozenset[str] = frozenset()

    def mutant(
        self,
        operator: Operator,
        change: str,
        edit: Edit,
        *,
        span: Span | None = None,
        is_same: bool = False,
    ) -> Mutant:
        """Return a mutant at the place it changes, or at another one."""
        at = self.document.span(edit.loc, key=edit.key is not None) if span is None else span
        near = self.items, self.actions
        return Mutant(operator, self.document.path, at, change, edit, *near, is_same)

    def stepped(self, operator: Operator, loc: Loc, least: int | None = None) -> Iterator[Mutant]:
        """Yield the mutants of a duration, or of a whole number that is not below ``least``."""
        written = self.read(loc)
        match written:
            case str():
                others: Sequence[YamlValue] = around(written)
            case int() if least is not None and not isinstance(written, bool):
                others = beside(written, least)
            case _:
                others = ()
        for other in others:
            yield self.mutant(operator, f"{loc[-1]}: {written} → {other}", Edit(loc, other))

    def paced(self, operator: Operator, loc: Loc) -> Iterator[Mutant]:
        """Yield the mutants of a pause between one try and the next."""
        written = self.read(loc)
        for other in paces(written) if isinstance(written, str) else ():
            yield self.mutant(operator, f"{loc[-1]}: {written} → {other}", Edit(loc, other))

    def without(self, operator: Operator, loc: Loc, least: int = 0) -> Iterator[Mutant]:
        """Yield, for each item of a list that has more than so many, the mutant that drops it."""
        items = self.listed(loc)
        for number, one in enumerate(items if len(items) > least else ()):
            yield self.mutant(operator, f"{loc[-1]}: {one} dropped", Edit((*loc, number)))

    def listed(self, loc: Loc) -> Sequence[YamlValue]:
        """Return the items of a list; of anything else none."""
        found = self.read(loc)
        return found if isinstance(found, Sequence) and not isinstance(found, str) else ()

    def read(self, loc: Loc) -> YamlValue:
        """Return what is written at exactly this place, or None."""
        value: YamlValue = self.document.data
        for part in loc:
            if isinstance(value, Mapping) and part in value:
                value = value[str(part)]
            elif isinstance(value, Sequence) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value


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
    if part not in found and not rest and edit.key is None and edit.value is not DROPPED:
        found[part] = edit.value  # type: ignore[assignment]  # what was left to its default
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
