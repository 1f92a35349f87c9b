"""Reads the files in which an operator says what executors may do; faults have their place."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from interlock.errors import DefinitionError
from interlock.language.document import load_documents
from interlock.language.fields import FieldDefinition
from interlock.language.model import Definition, validate
from interlock.language.values import Field

M = TypeVar("M", bound=Definition)


def read_operator_file(path: Path, kind: str, model: type[M]) -> M:
    """Return the one document of a file as a model.

    Args:
        path: a YAML file.
        kind: what its first key ``interlock`` must say, e.g. ``command/v1``.
        model: what it must fit.

    Raises:
        DefinitionError: it cannot be read or is wrong; carries every diagnostic.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path} cannot be read: {error.strerror}") from error
    documents = load_documents(text, str(path))
    if len(documents) != 1 or documents[0].kind not in (kind, None):
        raise DefinitionError(f"{path}: expected one document `interlock: {kind}`")
    document = documents[0]
    definition = None if document.data is None else validate(model, document)
    faults = sorted(d for d in document.diagnostics if d.severity == "error")
    if definition is None or faults:
        first = f": {faults[0]}" if faults else ""
        raise DefinitionError(f"{len(faults)} faults in {path}{first}", faults)
    return definition


def fields_of(definitions: dict[str, FieldDefinition]) -> dict[str, Field]:
    """Return the fields that definitions declare."""
    return {name: definition.field() for name, definition in definitions.items()}
