"""Located YAML documents: plain data plus the place of everything in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from interlock.language.diagnostics import Diagnostic, Span
from interlock.language.expression.errors import ExpressionError
from interlock.language.values import YamlValue

Loc: TypeAlias = tuple[str | int, ...]
"""A way from the root of a document: mapping keys and list positions."""

KINDS = ("signals/v1", "rules/v1", "machine/v1", "actions/v1", "inventory/v1")
"""The document kinds there are; the first key of a document names one: ``interlock: rules/v1``."""


@dataclass
class Document:
    """One document of a file."""

    path: str
    kind: str | None
    """The value of the first key ``interlock``, or None when it has none (reported RV101)."""
    data: YamlValue
    """The content; None when the YAML itself is broken."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """Every fault found so far; loaders append theirs."""

    def span(self, loc: Loc, *, key: bool = False) -> Span:
        """Return the place of the value at ``loc``, or of its key.

        Parts that are not there (a missing key) and union tags (``~…``) are skipped: the place
        is then that of the nearest thing around it.
        """
        raise NotImplementedError

    def expression_span(self, loc: Loc, start: int, end: int) -> Span:
        """Return the place of characters ``start`` to ``end`` of the text at ``loc``.

        Follows quotes, escapes, folding and block indentation back to the file.
        """
        raise NotImplementedError

    def report(
        self,
        loc: Loc,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        key: bool = False,
        warning: bool = False,
    ) -> None:
        """Append a diagnostic at the value (or key) at ``loc``."""
        raise NotImplementedError

    def report_expression(self, loc: Loc, fault: ExpressionError) -> None:
        """Append a diagnostic for a fault inside the expression or template at ``loc``."""
        raise NotImplementedError


def load_documents(text: str | bytes, path: str) -> list[Document]:
    """Return the documents of a YAML file, in order; never raises on any input.

    Args:
        text: the file's content, at most 1 MiB.
        path: how diagnostics name the file.

    Returns:
        One ``Document`` each; broken YAML gives one with ``data`` None and the fault in its
        ``diagnostics``.  Empty documents are left out.
    """
    raise NotImplementedError
