"""The shape of what a contract is agreed on: what it takes for granted, needs, and whose word."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from interlock.language import Definition
from interlock.machines.question_schema import Role
from interlock.machines.terms import Terms

Term = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""One thing, in words."""


class TermsDefinition(Definition):
    """What a machine or an action is agreed on."""

    assumes: tuple[Term, ...] = Field((), max_length=50)
    """What is taken for granted, for whoever has to decide whether it still holds."""
    environment: tuple[Term, ...] = Field((), max_length=50)
    """What it depends on, e.g. services, versions, credentials."""
    authorised: tuple[Role, ...] = Field((), max_length=50)
    """Roles that may authorise it; a question that leads to it may ask no other."""

    def terms(self) -> Terms:
        """Return them compiled."""
        return Terms(self.assumes, self.environment, tuple(sorted(set(self.authorised))))
