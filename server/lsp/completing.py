"""What can be written next: keys, values, names, and what expressions may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from interlock.language.document import Reading
from interlock.language.values import TYPE_NAMES, format_value
from interlock.machines.definition import RESULTS, Trigger
from interlock.rules.declare import KEY_WITHOUT_DECLARATION
from interlock.server.kinds import known_kinds
from interlock.server.lsp import wording
from interlock.server.lsp.data import mapping_at, without
from interlock.server.lsp.describing import described, field_line
from interlock.server.lsp.drafts import WORD, Draft
from interlock.server.lsp.looking import View
from interlock.server.lsp.names import Names
from interlock.server.lsp.naming import MEMBERS, NAMING_KEYS, NAMING_VALUES, TYPES
from interlock.server.lsp.shapes import Shape, grammar_of

_EVENTS: Final = tuple(dict.fromkeys([*RESULTS, *(one.value for one in Trigger)]))
"""What states hear without declaring it."""


@dataclass(frozen=True)
class Offer:
    """Something that can be written.

    Attributes:
        text: what is written.
        kind: ``key``, ``value`` or what it is the name of.
        replaces: how many characters before the cursor it stands in place of.
        detail, doc: what it is.
        is_needed: whether something is missing without it.
    """

    text: str
    kind: str
    replaces: int
    detail: str = ""
    doc: str = ""
    is_needed: bool = False


def offers(draft: Draft, names: Names, view: View) -> list[Offer]:
    """Return what can be written where a draft is written, each once.

    Args:
        draft: the file as it is being written.
        names: what is named in the bundle, the draft in it.
        view: what the texts of the draft may read.
    """
    offering = _Offering(draft, names, view)
    found: dict[str, Offer] = {}
    for one in offering.keys() if draft.is_key else offering.values():
        found.setdefault(one.text, one)
    return list(found.values())


@dataclass(frozen=True)
class _Offering:
    draft: Draft
    names: Names
    view: View

    @cached_property
    def _begun(self) -> str:
        """The key or value that is being written, so far."""
        return (
            str(self.draft.loc[-1]).partition(WORD)[0] if self.draft.is_key else self.draft.before
        )

    def _offer(self, text: str, kind: str, detail: str = "", doc: str = "") -> Offer:
        return Offer(text, kind, len(self._begun), detail, doc)

    def keys(self) -> Iterator[Offer]:
        """Yield the keys that can be written."""
        draft = self.draft
        grammar = grammar_of(draft.document.kind)
        around = draft.loc[:-1]
        there = mapping_at(draft.data, around)
        if grammar is None:
            yield self._offer("interlock", "key", "kind of document")
            return
        for shape in grammar.at(without(draft.data, draft.loc), around):
            for key, schema in shape.keys.items():
                docs = [schema.get("description"), *(one.doc for one in grammar.inner(shape, key))]
                doc = next(filter(None, docs), "")
                if key not in there:
                    yield Offer(key, "key", len(self._begun), "", doc, key in shape.required)
            if shape.is_mapping and not shape.keys:
                yield from (one for one in self._free(shape) if one.text not in there)

    def _free(self, shape: Shape) -> Iterator[Offer]:
        """Yield names for the keys of a mapping that takes any."""
        kind = NAMING_KEYS.get(shape.slot)
        if kind == "event":
            yield from (self._offer(event, "event") for event in _EVENTS)
        if kind:
            yield from self._named(kind)
        yield from self._members(shape)

    def values(self) -> Iterator[Offer]:
        """Yield the values that can be written."""
        draft, reading = self.draft, self.view.reading(self.draft.loc)
        grammar = grammar_of(draft.document.kind)
        if draft.loc == ("interlock",):
            yield from (self._offer(kind, "value", "kind of document") for kind in known_kinds())
        elif reading is not None:
            yield from self._read(reading)
        elif grammar is not None:
            for shape in grammar.at(draft.data, draft.loc):
                yield from self._shaped(shape)

    def _read(self, reading: Reading) -> Iterator[Offer]:
        """Yield what can be written in an expression, or instead of one."""
        begun = wording.written_so_far(reading, self.draft.before)
        if begun is not None:
            size = len(wording.word_before(begun))
            for word in wording.words(reading.scope, begun):
                yield Offer(word.text, word.kind, size, word.detail, word.doc)
        elif reading.target is not None:
            item = reading.target.type.item or reading.target.type
            for one in reading.target.enum:
                yield self._offer(format_value(one, item), "value", wording.told(reading.target))

    def _shaped(self, shape: Shape) -> Iterator[Offer]:
        """Yield what can be written where a shape is wanted."""
        is_text = shape.schema.get("type") == "string"
        for value in shape.values:
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            yield self._offer(shown, "value", "", shape.doc)
        if shape.slot in TYPES and is_text:
            yield from (self._offer(name, "type") for name in TYPE_NAMES)
        if is_text and (kind := NAMING_VALUES.get(shape.slot)):
            yield from self._named(kind)
        if is_text:
            yield from self._members(shape)

    def _named(self, kind: str) -> Iterator[Offer]:
        for name in self.names.declared(kind, self.draft.document, self.draft.loc):
            card = described(name)
            yield self._offer(self.names.full(name), kind, card.detail, card.doc)
        if kind == "probe":
            for probe, fields in self.view.probes.items():
                yield self._offer(probe, kind, ", ".join(fields))

    def _members(self, shape: Shape) -> Iterator[Offer]:
        """Yield the fields that can be named."""
        if shape.slot not in MEMBERS:
            return
        for owner in self.names.owners(self.draft.document, self.draft.loc, shape.slot):
            _, fields = owner.fields
            for field, said in fields.items():
                yield self._offer(field, "field", field_line(said))
        if shape.slot[0] == "SignalDefinition" and shape.slot[1] in {"key", "correlate"}:
            yield from (self._offer(name, "field", "string") for name in KEY_WITHOUT_DECLARATION)
