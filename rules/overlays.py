"""Overlays: selective changes to rules that stay where their authors wrote them.

A rule with its overlays is compiled as one, so its version covers them.  Faults of an overlay
are reported in the overlay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from interlock.language import Document, nearest, validate
from interlock.rules.declare import place_text
from interlock.rules.overlay_schema import OverlayDocument
from interlock.rules.schema import RuleDefinition

KIND = "overlay/v1"
"""What an overlay begins with."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """One overlay and the document it stands in."""

    document: Document
    shape: OverlayDocument


@dataclass(slots=True)
class Overlays:
    """The overlays of a bundle, by the rule they change.

    Attributes:
        of_rule: in order of documents.
    """

    of_rule: Mapping[str, Sequence[Overlay]] = field(default_factory=dict)

    def replaced(self, rule: str, definition: RuleDefinition) -> RuleDefinition:
        """Return a rule as it is with what its overlays replace."""
        first: dict[str, Overlay] = {}
        update: dict[str, object] = {}
        for overlay in self.of_rule.get(rule, ()):
            written = overlay.shape.replace
            for key in [] if written is None else sorted(written.model_fields_set):
                other = first.setdefault(key, overlay)
                if other is not overlay:
                    at = place_text(other.document, ("replace", key))
                    message = f"{key!r} of rule {rule!r} is replaced already at {at}"
                    overlay.document.report(("replace", key), "RV216", message, key=True)
                update[key] = getattr(written, key)
        return definition.model_copy(update=update) if update else definition

    def report_unknown(self, rules: Iterable[str]) -> None:
        """Report every overlay of a rule that is not there."""
        known = sorted(rules)
        for name, overlays in self.of_rule.items():
            for overlay in overlays if name not in known else ():
                message, hint = f"no rule is called {name!r}", nearest(name, known)
                overlay.document.report(("target",), "RV211", message, hint)


def read_overlays(documents: Iterable[Document]) -> Overlays:
    """Return the overlays some documents hold; faults are reported to the documents."""
    found: dict[str, list[Overlay]] = {}
    for document in documents:
        shape = validate(OverlayDocument, document) if document.kind == KIND else None
        if shape is not None:
            found.setdefault(shape.target, []).append(Overlay(document, shape))
    return Overlays(found)
