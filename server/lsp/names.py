"""Every name in the documents of a bundle: where it is declared, and where it is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from typing_extensions import override

from interlock.language.document import Document, Loc
from interlock.language.values import YamlValue
from interlock.server.lsp.data import at, mapping_at
from interlock.server.lsp.naming import (
    DECLARING_KEYS,
    DECLARING_VALUES,
    MEMBERS,
    NAMING_KEYS,
    NAMING_VALUES,
)
from interlock.server.lsp.shapes import Shape, Slot, grammar_of

_LOCAL: Final = frozenset({"state", "outcome", "event", "fixture"})
"""Kinds whose names mean something in their document first."""


@dataclass(frozen=True, eq=False)
class Name:
    """A name as it is written somewhere; two are equal that stand in one place.

    Attributes:
        kind: what it is the name of, such as ``signal``.
        text: the name.
        document: where it is written.
        loc: where in there.
        is_key: whether it is a key.
        declares: whether this is where it is declared.
    """

    kind: str
    text: str
    document: Document = field(repr=False)
    loc: Loc
    is_key: bool = False
    declares: bool = False

    @property
    def _where(self) -> tuple[int, Loc, bool]:
        return id(self.document), self.loc, self.is_key

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and self._where == other._where

    @override
    def __hash__(self) -> int:
        return hash(self._where)

    @property
    def definition(self) -> YamlValue:
        """What a declaration says of it."""
        if self.is_key:
            return at(self.document.data, self.loc)
        return at(self.document.data, self.loc[:-1])

    @property
    def fields(self) -> tuple[Loc, Mapping[str, YamlValue]]:
        """The fields that what is declared has, and where they are declared."""
        key = {"action": "inputs", "machine": "context", "event": None}.get(self.kind, "fields")
        loc = self.loc if self.is_key else self.loc[:-1]
        loc = loc if key is None else (*loc, key)
        return loc, mapping_at(self.document.data, loc)


class Names:
    """The names of a bundle's documents."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Take the documents; nothing is looked at before it is asked for."""
        self.documents: Sequence[Document] = tuple(documents)

    @cached_property
    def all(self) -> Sequence[Name]:
        """Every name, in order of documents and places."""
        return tuple(name for one in self.documents for name in names_in(one))

    @cached_property
    def _declarations(self) -> Mapping[str, list[Name]]:
        found: dict[str, list[Name]] = {}
        for one in self.all:
            if one.declares:
                found.setdefault(one.kind, []).append(one)
        return found

    def declared(self, kind: str, document: Document | None = None, loc: Loc = ()) -> list[Name]:
        """Return the declarations of a kind that can be named at a place.

        Args:
            kind: what is named.
            document: where it is named; None: anywhere.
            loc: where in there.
        """
        found = self._declarations.get(kind, [])
        if kind == "alias":
            return [one for one in found if one.document is document and one.loc[:2] == loc[:2]]
        own = [one for one in found if one.document is document]
        return own if own and kind in _LOCAL else found

    def meant(self, name: Name) -> list[Name]:
        """Return the declarations that a name may mean."""
        if name.kind == "member":
            return self._member(name)
        if name.kind == "field":
            return [name]
        known = self.declared(name.kind, name.document, name.loc)
        found = [one for one in known if self.full(one) == name.text or one.text == name.text]
        if not found and name.kind == "state":  # down from a compound
            last = name.text.rpartition("/")[2].rpartition(".")[2]
            found = [one for one in known if one.text == last]
        return found

    def uses(self, meant: Name) -> list[Name]:
        """Return every place where what is declared is named, the declaration among them."""
        written = {meant.text, self.full(meant)}
        same = [one for one in self.all if one.kind in {meant.kind, "member"}]
        likely = [one for one in same if one.text in written or one.kind == "state"]
        return [one for one in likely if meant in self.meant(one)]

    def full(self, name: Name) -> str:
        """Return how a name is written elsewhere: of a rule with its package."""
        package = mapping_at(name.document.data, ()).get("package")
        is_rule = name.kind == "rule" and isinstance(package, str)
        return f"{package}/{name.text}" if is_rule else name.text

    def owners(self, document: Document, loc: Loc, slot: tuple[str, str]) -> list[Name]:
        """Return what the fields named under a slot are fields of.

        Args:
            document: where they are named.
            loc: the mapping or list that holds them.
            slot: the key it stands under.
        """
        way = list(loc)
        while way and way[-1] != slot[1]:
            way.pop()
        around = tuple(way[:-1])
        match MEMBERS.get(slot):
            case None:
                return []
            case "fields":
                return [
                    o for o in self.all if o.declares and (o.document, o.loc) == (document, around)
                ]
            case "context":
                return [
                    o
                    for o in self.all
                    if o.document is document and o.kind == "machine" and o.declares
                ]
            case key:
                found = [o for o in self.all if o.document is document and o.loc == (*around, key)]
                return [one for name in found if not name.declares for one in self.meant(name)]

    def _member(self, name: Name) -> list[Name]:
        found = []
        for slot in MEMBERS:
            if slot[1] in name.loc:
                for owner in self.owners(name.document, name.loc, slot):
                    loc, fields = owner.fields
                    if name.text in fields:
                        at_ = (*loc, name.text)
                        found.append(
                            Name(
                                "field", name.text, owner.document, at_, is_key=True, declares=True
                            )
                        )
        return list(dict.fromkeys(found))


def names_in(document: Document) -> Iterator[Name]:
    """Yield every name in one document, in order of places."""
    grammar = grammar_of(document.kind)
    if grammar is None or document.root is None:
        return
    prefix = f"{str(document.kind).partition('/')[0]}."
    for loc, data, shapes in grammar.walk(document.data):
        for one in _names(document, loc, data, shapes):
            is_ours = one.kind == "probe" and one.declares
            yield replace(one, text=prefix + one.text) if is_ours else one


def _names(
    document: Document, loc: Loc, data: YamlValue, shapes: Sequence[Shape]
) -> Iterator[Name]:
    if isinstance(data, Mapping):
        for slot in dict.fromkeys(one.slot for one in shapes if not one.keys):
            kind, declares = _of_keys(slot, is_deep=loc[-1:] != slot[1:])
            for key in data if kind else ():
                yield Name(kind, key, document, (*loc, key), is_key=True, declares=declares)
    elif isinstance(data, str):
        for slot in dict.fromkeys(one.slot for one in shapes):
            kind, declares = _of_value(slot, is_item=loc[-1:] != slot[1:])
            if kind:
                yield Name(kind, data, document, loc, declares=declares)


_DEEP: Final = {
    ("ParamsDocument", "environments"): "parameter",
    ("MachineDocument", "events"): "field",
}
"""What the keys of the mappings in a mapping name."""


def _of_keys(slot: Slot, *, is_deep: bool) -> tuple[str, bool]:
    """Return what the keys of a mapping name, and whether they declare it.

    Args:
        slot: the key it stands under.
        is_deep: whether another mapping stands between.
    """
    if is_deep:
        return _DEEP.get(slot, ""), False
    if slot in DECLARING_KEYS:
        return DECLARING_KEYS[slot], True
    return NAMING_KEYS.get(slot, "member" if slot in MEMBERS else ""), False


def _of_value(slot: Slot, *, is_item: bool) -> tuple[str, bool]:
    """Return what a text names, and whether it declares it.

    Args:
        slot: the key it stands under.
        is_item: whether it is an item of a list there.
    """
    if slot in DECLARING_VALUES:
        return DECLARING_VALUES[slot], True
    is_member = slot in MEMBERS and (is_item or slot[1] in {"distinct", "field"})
    return NAMING_VALUES.get(slot, "member" if is_member else ""), False
