"""The declaration of one field as authors write it; signals, facts, contexts, inputs share it."""

from __future__ import annotations

from interlock.language.model import Definition
from interlock.language.values import Field


class FieldDefinition(Definition):
    """``string`` or ``{type: double, min: 0, max: 1, …}``."""

    type: str

    def field(self) -> Field:
        """Return the field declared, with enum, min and max in runtime units."""
        raise NotImplementedError
