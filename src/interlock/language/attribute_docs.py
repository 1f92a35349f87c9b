"""The sentences below the fields of a model, read from its source when somebody asks for them.

Pydantic's ``use_attribute_docstrings`` reads them when the class is made, for every command that
loads documents, though only schemas show them.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import ModuleType

from interlock.language.model import Definition


def attribute_docs(model: type[Definition]) -> Mapping[str, str]:
    """Return the sentences by field; of a field declared again only what stands there counts."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, Definition):
            for name in cls.__annotations__:
                found.pop(name, None)
            written = _written(sys.modules[cls.__module__])
            found |= written.get(cls.__qualname__, {})
    return found


@lru_cache
def _written(module: ModuleType) -> dict[str, dict[str, str]]:
    """Return by class, then by attribute, what stands below; nothing where there is no source."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):  # no file, or built in
        return {}
    return {one.name: _below(one) for one in tree.body if isinstance(one, ast.ClassDef)}


def _below(node: ast.ClassDef) -> dict[str, str]:
    return {
        field.target.id: inspect.cleandoc(doc.value.value)
        for field, doc in pairwise(node.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(doc, ast.Expr)
        and isinstance(doc.value, ast.Constant)
        and isinstance(doc.value.value, str)
    }
