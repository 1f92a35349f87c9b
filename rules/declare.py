"""Declared signals and facts: from document models to the types the rules are checked against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interlock.language import Document, Field, Loc, nearest
from interlock.language.expression import NO_PARAMETERS, Parameters
from interlock.language.implicit import IMPLICIT_FACT_FIELDS, IMPLICIT_SIGNAL_FIELDS
from interlock.rules.declaration_schema import FactDefinition, SignalDefinition, SignalsDocument
from interlock.rules.declarations import FactType, SignalType

KEY_WITHOUT_DECLARATION = ("subject", "source")
"""Implicit fields a signal may be keyed and correlated by."""


@dataclass(slots=True)
class Declarations:
    """Everything declared so far, with the place of the first declaration of each name.

    Attributes:
        signals, facts: by name.
        places: where each of those names was declared first.
        parameters: what ``params.x`` stands for.
    """

    signals: dict[str, SignalType] = field(default_factory=dict)
    facts: dict[str, FactType] = field(default_factory=dict)
    places: dict[str, tuple[Document, Loc]] = field(default_factory=dict)
    parameters: Parameters = NO_PARAMETERS
    broken: set[str] = field(default_factory=set)
    """Names in documents that cannot be read, which was reported; who uses one is not at fault."""


def note_broken(document: Document, declarations: Declarations) -> None:
    """Note what a document that cannot be read would have declared."""
    data = document.data if isinstance(document.data, Mapping) else {}
    for part in ("signals", "facts"):
        named = data.get(part)
        declarations.broken.update(named if isinstance(named, Mapping) else ())


def declare(document: Document, model: SignalsDocument, declarations: Declarations) -> None:
    """Add what a document declares; faults are reported to the document."""
    for name, signal in model.signals.items():
        if _is_new(document, ("signals", name), name, declarations):
            declarations.signals[name] = _signal(document, name, signal)
    for name, fact in model.facts.items():
        if _is_new(document, ("facts", name), name, declarations):
            declarations.facts[name] = _fact(document, name, fact)


def place_text(document: Document, loc: Loc) -> str:
    """Return a place as ``file:line``."""
    return f"{document.path}:{document.span(loc, key=True).line}"


def _is_new(document: Document, loc: Loc, name: str, declarations: Declarations) -> bool:
    first = declarations.places.get(name)
    if first is not None:
        message = f"{name!r} is declared already at {place_text(*first)}"
        document.report(loc, "RV216", message, "signals and facts share their names", key=True)
        return False
    declarations.places[name] = (document, loc)
    return True


def _signal(document: Document, name: str, signal: SignalDefinition) -> SignalType:
    loc: Loc = ("signals", name)
    fields = {part: one.field() for part, one in signal.fields.items()}
    _refuse_reserved(document, (*loc, "fields"), fields, IMPLICIT_SIGNAL_FIELDS)
    keyable = {**{part: IMPLICIT_SIGNAL_FIELDS[part] for part in KEY_WITHOUT_DECLARATION}, **fields}
    _check_key(document, (*loc, "key"), signal.key, keyable)
    _check_key(document, (*loc, "correlate"), signal.correlate, keyable)
    return SignalType(
        name=name,
        fields=fields,
        key=tuple(signal.key),
        correlate=tuple(signal.correlate),
        keep_latest=signal.keep == "latest",
        ttl_ms=signal.ttl,
        doc=signal.doc,
    )


def _fact(document: Document, name: str, fact: FactDefinition) -> FactType:
    loc: Loc = ("facts", name)
    fields = {part: one.field() for part, one in fact.fields.items()}
    _refuse_reserved(document, (*loc, "fields"), fields, IMPLICIT_FACT_FIELDS)
    _check_key(document, (*loc, "key"), fact.key, fields)
    return FactType(name, fields, tuple(fact.key), fact.ttl, fact.doc)


def _refuse_reserved(
    document: Document, loc: Loc, fields: Mapping[str, Field], reserved: Mapping[str, Field]
) -> None:
    for part in fields:
        if part in reserved:
            message = f"every element has a field {part!r} already"
            document.report((*loc, part), "RV214", message, "choose another name", key=True)


def _check_key(
    document: Document, loc: Loc, key: Sequence[str], fields: Mapping[str, Field]
) -> None:
    for number, part in enumerate(key):
        at = (*loc, number)
        if part not in fields:
            document.report(at, "RV201", f"unknown field {part!r}", nearest(part, fields))
        elif fields[part].optional:
            document.report(at, "RV204", f"a key needs {part!r}, which may be missing")
        elif part in key[:number]:
            document.report(at, "RV110", f"{part!r} is in the key twice")
