"""Reads the operator's file that says what the workers of a remote executor do.

::

    interlock: remote/v1
    operations:
      drain:
        inputs: {node: string}
        outputs: {moved: int}
    probes:
      node:
        inputs: {node: string}
        outputs: {ready: bool}
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field as Key

from interlock.engine.executors.base import Manifest
from interlock.engine.executors.operator_file import fields_of, read_operator_file
from interlock.language.fields import FieldDefinition
from interlock.language.model import Definition, FieldName, Identifier


class ManifestDefinition(Definition):
    """What one operation takes and gives."""

    inputs: dict[FieldName, FieldDefinition] = Key(default_factory=dict)
    """Inputs by name."""
    outputs: dict[FieldName, FieldDefinition] = Key(default_factory=dict)
    """Outputs by name."""
    doc: str = ""
    """One sentence for authors."""

    def manifest(self) -> Manifest:
        """Return the manifest."""
        return Manifest(fields_of(self.inputs), fields_of(self.outputs), self.doc)


class RemoteFile(Definition):
    """The whole file."""

    interlock: Literal["remote/v1"]
    """Kind of the document."""
    operations: dict[Identifier, ManifestDefinition] = Key(default_factory=dict)
    """What workers do."""
    probes: dict[Identifier, ManifestDefinition] = Key(default_factory=dict)
    """What workers see."""


def read_manifests(path: Path) -> tuple[dict[str, Manifest], dict[str, Manifest]]:
    """Return the manifests of the operations and the probes of a file.

    Raises:
        DefinitionError: it cannot be read or is wrong; carries every diagnostic.
    """
    file = read_operator_file(path, "remote/v1", RemoteFile)
    return (
        {name: one.manifest() for name, one in file.operations.items()},
        {name: one.manifest() for name, one in file.probes.items()},
    )
