"""One file and where somebody is in it, with the bundle around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from interlock.language.document import Document, Reader
from interlock.server.lsp.completing import Offer, offers
from interlock.server.lsp.drafts import draft_at
from interlock.server.lsp.explaining import Explanation, explain, explain_code
from interlock.server.lsp.finding import Found, Mark, find, mark_of, uses, whole_of
from interlock.server.lsp.looking import View, look_at
from interlock.server.lsp.names import Name, Names

_OUTLINED = frozenset(
    {"signal", "fact", "parameter", "machine", "action", "state", "event", "rule", "target"}
    | {"scenario", "fixture"}
)


@dataclass(frozen=True)
class Scene:
    """One file of a bundle.

    Attributes:
        name: what it is called.
        text: what it holds.
        files: all files of the bundle.
        probes: the manifest of the probes there are.
        environment: whose parameters count.
        reader: what reads the files.
    """

    name: str
    text: str
    files: Mapping[str, bytes]
    probes: str | None
    environment: str | None
    reader: Reader

    @cached_property
    def own(self) -> Sequence[Document]:
        """The documents of the file."""
        return self.reader(self.text, self.name)

    @cached_property
    def others(self) -> Sequence[Document]:
        """The documents of all other files."""
        names = sorted(name for name in self.files if name != self.name)
        return [one for name in names for one in self.reader(self.files[name], name)]

    @cached_property
    def names(self) -> Names:
        """What is named in the bundle."""
        return Names([*self.own, *self.others])

    def offers(self, offset: int) -> list[Offer]:
        """Return what can be written at an offset of the file."""
        draft = draft_at(self.text, offset, self.name, self.reader)
        if draft is None:
            return []
        beside = [one for one in draft.documents if one is not draft.document]
        view = self._view(draft.document, beside)
        return offers(draft, Names([*draft.documents, *self.others]), view)

    def explanation(self, offset: int) -> Explanation | None:
        """Return what stands at an offset of the file."""
        if code := explain_code(self.text, offset):
            return code
        found = self._found(offset)
        return None if found is None else explain(*found, self.names)

    def declarations(self, offset: int) -> list[Mark]:
        """Return where what stands at an offset is declared."""
        found = self._found(offset)
        return [] if found is None else [mark_of(one) for one in found[0].meant]

    def uses(self, offset: int) -> list[Mark]:
        """Return where what stands at an offset is named."""
        found = self._found(offset)
        if found is None:
            return []
        here, view = found
        return [one for name in here.meant for one in uses(name, view, self.names)]

    def outline(self) -> list[tuple[Name, Mark, Mark]]:
        """Return what the file declares: name, whole extent, extent of the name; in order."""
        names = [
            one
            for one in self.names.all
            if one.declares
            and one.kind in _OUTLINED
            and any(one.document is own for own in self.own)
        ]
        return [(one, whole_of(one), mark_of(one)) for one in names]

    def _found(self, offset: int) -> tuple[Found, View] | None:
        for one in self.own:
            root = one.root
            if root is not None and root.start <= offset <= root.end:
                view = self._view(one, [other for other in self.own if other is not one])
                found = find(view, offset, self.names)
                if found is not None:
                    return found, view
        return None

    def _view(self, document: Document, beside: Sequence[Document]) -> View:
        around = [*beside, *self.others]
        return look_at(document, around, self.probes, self.environment)
