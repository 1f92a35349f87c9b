"""What somebody meant by a key that is not read where it stands.

A key is often right and stands too deep or not deep enough, or is what another tool calls it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel

from interlock.language.diagnostics import nearest

if TYPE_CHECKING:
    from interlock.language.document import Document, Loc
    from interlock.language.shape import Shapes

_ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
    "action": ("run", "then"),
    "actions": ("then", "run"),
    "annotations": ("why", "doc"),
    "condition": ("where", "when", "if", "expect"),
    "conditions": ("when", "where"),
    "criteria": ("where", "when"),
    "deadline": ("timeout", "within", "expires"),
    "description": ("doc",),
    "expr": ("where", "expect", "if"),
    "for": ("hold", "over", "within"),
    "hold": ("for",),
    "labels": ("fields", "data"),
    "name": ("id", "title"),
    "next": ("on", "to"),
    "parameters": ("inputs", "with"),
    "runbook": ("runbook_url",),
    "summary": ("title",),
    "team": ("owner",),
    "throttle": ("cooldown",),
    "timeout": ("expires", "within", "after"),
    "trigger": ("when",),
}
"""What Prometheus, StackStorm and ansible-rulebook call things, and what we may call them."""

_FEW: Final = 8
"""More keys than that are no hint."""

SEVERITIES: Final[Mapping[str, str]] = {
    "error": "high",
    "page": "critical",
    "warning": "medium",
    "notice": "low",
    "none": "info",
}
"""Severities of other tools, and ours."""


def key_meant(document: Document, loc: Loc, shapes: Shapes) -> str | None:
    """Return a hint for the unknown key at the end of a way; None when nothing is known."""
    name, holder = str(loc[-1]), document.at(loc[:-1])
    known = shapes.keys(holder)
    called = next((one for one in _ELSEWHERE.get(name, ()) if one in known), None)
    if called is not None:
        return f"did you mean {called!r}?"
    if (beside := _further_out(document, loc, shapes)) is not None:
        return f"it belongs further out, beside {beside!r}"
    if (under := _further_in(name, shapes.model(holder))) is not None:
        return f"it belongs under {under!r}"
    return nearest(name, known) or (f"allowed: {', '.join(sorted(known))}" if known else None)


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys a mapping that is read as a model may have."""
    return [field.alias or name for name, field in model.model_fields.items()]


def keys_expected(loc: Loc, document: Document, shapes: Shapes) -> str | None:
    """Return a hint with the keys of the mapping that should stand at a way's end."""
    holder = shapes.model(document.at(loc[:-1]))
    fields = holder.model_fields.items() if holder else ()
    models = [
        model
        for name, field in fields
        if (field.alias or name) == loc[-1]
        for model in models_in(field.annotation)
    ]
    keys = keys_of(models[0]) if len(models) == 1 else []
    return f"with the keys {', '.join(keys)}" if 0 < len(keys) <= _FEW else None


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that values of a type hold: through lists, mappings and alternatives."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def _further_out(document: Document, loc: Loc, shapes: Shapes) -> str | None:
    """Return the key, on the way to this one, beside which it would be read."""
    for end in range(len(loc) - 2, -1, -1):
        step, around = loc[end], document.at(loc[:end])
        if isinstance(around, Mapping) and step in around and loc[-1] in shapes.keys(around):
            return str(step)
    return None


def _further_in(name: str, model: type[BaseModel] | None) -> str | None:
    """Return the key beside this one under which it would be read."""
    for key, field in model.model_fields.items() if model else ():
        if any(name in keys_of(inner) for inner in models_in(field.annotation)):
            return field.alias or key
    return None
