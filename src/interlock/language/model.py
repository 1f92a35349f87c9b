"""The base of all document models, and pydantic's complaints as located diagnostics."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from interlock.language.document import Document


class Definition(BaseModel):
    """Base of every part of a document: frozen, unknown keys refused, ``x-…`` keys ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True
    )


Duration: TypeAlias = Annotated[int, "text such as 1h30m; holds milliseconds"]
"""A length of time, written ``90s`` or ``1h30m``; the model holds int milliseconds."""

Identifier: TypeAlias = Annotated[str, StringConstraints(max_length=100)]
"""A stable id: lower-case words joined by ``.``, ``-`` or ``_``, e.g. ``http.error_ratio``."""

FieldName: TypeAlias = Annotated[str, StringConstraints(max_length=64)]
"""A name expressions can read: letters, digits and ``_``; no word of the expression language."""

ExpressionText: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
"""An expression; parse it in the loader and report with ``Document.report_expression``."""

ExpressionList: TypeAlias = Annotated[tuple[ExpressionText, ...], "one text or a list"]
"""One expression, or a list of them that must all hold; the model holds a tuple."""

TemplateText: TypeAlias = Annotated[str, "text with ${…}"]
"""Text in which ``${…}`` holds an expression."""


def fault(code: str, message: str, hint: str | None = None) -> ValueError:
    """Return the error a pydantic validator raises to choose its diagnostic's code and hint."""
    raise NotImplementedError


M = TypeVar("M", bound=Definition)


def validate(model: type[M], document: Document) -> M | None:
    """Return the document as a model, or None after appending every fault to its diagnostics.

    Codes: RV110 wrong value, RV111 missing key, RV112 unknown key, RV113 not one of, RV120
    duration, RV121 id style.  A validator may choose its code: ``raise fault("RV211", "…")``.
    """
    raise NotImplementedError
