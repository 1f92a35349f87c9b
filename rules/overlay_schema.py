"""The shape of ``overlay/v1`` documents: changes to a rule that somebody else has written."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from interlock.language import Definition, Duration, fault
from interlock.rules.schema import ExceptionDefinition, Risk, Severity


class Addition(Definition):
    """What a rule gets besides what it has."""

    exceptions: list[ExceptionDefinition] = Field(alias="except", min_length=1)
    """Matches for which it does not fire."""


class Replacement(Definition):
    """What a rule has instead of what its author wrote."""

    owner: str | None = None
    severity: Severity | None = None
    risk: Risk | None = None
    runbook_url: str | None = None
    status: Literal["active", "shadow", "disabled"] | None = None
    salience: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    cooldown: Annotated[Duration, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise fault("RV110", "replaces nothing", "say what, such as severity: high")
        return self


class OverlayDocument(Definition):
    """An ``overlay/v1`` document."""

    interlock: Literal["overlay/v1"]
    owner: str | None = None
    target: Annotated[str, Field(min_length=1)]
    """The rule's id, with its package."""
    add: Addition | None = None
    replace: Replacement | None = None

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.add is None and self.replace is None:
            raise fault("RV110", "changes nothing", "say add or replace")
        return self
