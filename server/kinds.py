"""Every kind of document that somebody may write.

A model that is loaded is known to the language; so a new kind of the rules, machines or language
comes in by itself, and one that stands elsewhere by its module being named in ``HOMES``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

from interlock.engine import bundle
from interlock.language.diagnostics import Diagnostic, nearest
from interlock.language.document import Document
from interlock.language.kinds import document_kinds
from interlock.language.model import Definition

HOMES = (
    bundle.__name__,
    "interlock.engine.executors.command_file",
    "interlock.engine.executors.http_file",
    "interlock.engine.executors.remote_file",
    "interlock.testing.scenario.schema",
)
"""The modules that load the models of all kinds, directly or not."""

_READ_BY_BUNDLES = ("interlock.language.", "interlock.rules.", "interlock.machines.")


def known_kinds() -> Mapping[str, type[Definition]]:
    """Return the models of all kinds, by kind, sorted; loads them, which may take a moment."""
    for home in HOMES:
        import_module(home)
    ours = document_kinds().items()
    return {kind: model for kind, model in ours if model.__module__.startswith("interlock.")}


def check_kinds(documents: Iterable[Document]) -> Iterator[Diagnostic]:
    """Yield the faults of documents that a bundle does not read: an unknown kind, broken YAML.

    The shape of kinds that others read is theirs to check; some look at files to do it.
    """
    loaded = document_kinds()
    for document in documents:
        model = loaded.get(document.kind or "")
        if document.kind is None or (model and model.__module__.startswith(_READ_BY_BUNDLES)):
            continue
        known = known_kinds()
        if document.kind not in known:
            hint = nearest(document.kind, known) or f"one of {', '.join(known)}"
            message = f"there is no kind {document.kind[:100]!r}"
            document.report(("interlock",), "RV101", message, hint)
        yield from document.diagnostics
