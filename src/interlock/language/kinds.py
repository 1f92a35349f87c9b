"""Which kinds of document there are: every model that begins with the key ``interlock``.

A kind needs no entry anywhere: once the module that defines its model is imported, it is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, get_args, get_origin

from interlock.language.model import Definition


def document_kinds(base: type[Definition] = Definition) -> Mapping[str, type[Definition]]:
    """Return the models of whole documents by their kind, such as ``rules/v1``, sorted."""
    return dict(sorted(_kinds(base)))


def _kinds(base: type[Definition]) -> Iterator[tuple[str, type[Definition]]]:
    for model in base.__subclasses__():
        header = model.model_fields.get("interlock")
        if header is not None and get_origin(header.annotation) is Literal:
            yield from ((kind, model) for kind in get_args(header.annotation))
        yield from _kinds(model)
