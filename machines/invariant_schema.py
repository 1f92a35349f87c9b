"""The shape of what an author says of a machine that must never be otherwise."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from interlock.language import Definition, ExpressionText, Identifier, fault


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class NeverDefinition(Definition):
    """An action that is not begun unless the incident has been somewhere."""

    action: Identifier
    """Which action."""
    unless_visited: Annotated[
        tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
    ] = ()
    """States one of which must have been come to; a compound counts as each state within."""
    if_: ExpressionText | None = Field(None, alias="if")
    """Only where this is not false."""


class InvariantDefinition(Definition):
    """What must hold after every transition, or what is never begun."""

    name: str = Field(min_length=1)
    """What it says, in words."""
    check: ExpressionText | None = None
    """Must be true; unknown is not."""
    never: NeverDefinition | None = None
    """What is never begun."""

    @model_validator(mode="after")
    def _one_kind(self) -> InvariantDefinition:
        if (self.check is None) == (self.never is None):
            raise fault("RV111", "an invariant needs one of: check, never")
        return self
