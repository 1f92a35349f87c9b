"""The shape of ``signals/v1`` documents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from interlock.language import (
    Definition,
    Duration,
    FieldDefinition,
    FieldName,
    Identifier,
    SignalName,
)


class SignalDefinition(Definition):
    """One declared signal."""

    doc: str = ""
    """What it means when this signal arrives."""
    keep: Literal["latest", "all"] = "latest"
    """Whether a newer signal replaces the one with the same key, or each lives on its own."""
    key: list[FieldName] = Field(["subject"], min_length=1)
    """Fields that tell one live element from another."""
    correlate: list[FieldName] = Field(["subject"], min_length=1)
    """Fields that name the partition; rules join within one."""
    ttl: Annotated[Duration, Field(gt=0)]
    """How long it counts after it was last received."""
    fields: dict[FieldName, FieldDefinition] = Field(default_factory=dict)
    """What it carries."""


class FactDefinition(Definition):
    """One declared fact."""

    doc: str = ""
    """What is the case while this fact stands."""
    key: list[FieldName] = Field(min_length=1)
    """Fields that tell one fact from another."""
    ttl: Annotated[Duration, Field(gt=0)] | None = None
    """How long it stands when an operator sets it; a derived fact lives as long as its support."""
    fields: dict[FieldName, FieldDefinition] = Field(min_length=1)
    """What it says."""


class SignalsDocument(Definition):
    """A ``signals/v1`` document."""

    interlock: Literal["signals/v1"]
    package: Identifier | None = None
    owner: str | None = None
    signals: dict[SignalName, SignalDefinition] = Field(default_factory=dict)
    facts: dict[Identifier, FactDefinition] = Field(default_factory=dict)
