"""The shape of what a ``test/v1`` document expects."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from interlock.language import (
    Definition,
    Duration,
    ExpressionList,
    FieldName,
    Identifier,
    YamlValue,
    by_key,
)

Values: TypeAlias = dict[FieldName, YamlValue]
"""Values by the name of the field they are for."""


class _Expected(Definition):
    """When, and how often."""

    at: Duration | None = None
    """Right after this instant, from the start."""
    by: Duration | None = None
    """At this instant or before."""
    times: int | None = Field(None, ge=0)
    """How often exactly; otherwise at least once."""


class FiredDefinition(_Expected):
    """A rule fires."""

    fired: str
    why: str | None = None
    """Its explanation; ``/…/`` is a pattern that some part of it matches."""


class NotFiredDefinition(_Expected):
    """A rule does not fire."""

    not_fired: str


class FactExpected(_Expected):
    """A fact stands."""

    fact: Identifier
    where: ExpressionList = ()
    """What must hold of it."""


class _OfIncident(_Expected):
    """Something about an incident."""

    incident: str | None = None
    """Its key."""
    machine: str | None = None
    """The machine that works on it."""
    branch: str | None = None
    """The branch of a parallel state."""


class StartedDefinition(_Expected):
    """A machine starts."""

    started: str
    incident: str | None = None
    """The incident's key."""
    with_: Values = Field({}, alias="with")
    """Context it starts with, or a part of it."""


class StateDefinition(_OfIncident):
    """An incident is in a state."""

    state: str


class PathDefinition(_OfIncident):
    """An incident has gone through exactly these states."""

    path: list[str] = Field(min_length=1)


class OutcomeDefinition(_OfIncident):
    """An incident ends."""

    outcome: str


class ActionDefinition(_OfIncident):
    """An action runs; with ``result``: ends so."""

    action: str
    with_: Values = Field({}, alias="with")
    """Inputs, or a part of them."""
    attempts: int | None = Field(None, ge=0)
    """How often it was tried."""
    result: Literal["done", "failed", "timed_out", "refused", "unverified", "abandoned"] | None = (
        None
    )


class QuietDefinition(Definition):
    """No machine starts, no action runs, nobody is told."""

    quiet: Literal[True]


_SUBJECTS = ("fired", "not_fired", "fact", "started", "state", "path", "outcome", "action")

Event: TypeAlias = Annotated[
    Annotated[FiredDefinition, Tag("~fired")]
    | Annotated[NotFiredDefinition, Tag("~not_fired")]
    | Annotated[FactExpected, Tag("~fact")]
    | Annotated[StartedDefinition, Tag("~started")]
    | Annotated[PathDefinition, Tag("~path")]
    | Annotated[OutcomeDefinition, Tag("~outcome")]
    | Annotated[ActionDefinition, Tag("~action")]
    | Annotated[StateDefinition, Tag("~state")],
    by_key("what is expected", *_SUBJECTS),
]


class NeverDefinition(Definition):
    """Something that must not happen."""

    never: Event


ExpectDefinition: TypeAlias = Annotated[
    Annotated[NeverDefinition, Tag("~never")]
    | Annotated[QuietDefinition, Tag("~quiet")]
    | Annotated[Event, Tag("~event")],
    Discriminator(
        lambda value: (
            next((f"~{key}" for key in ("never", "quiet") if key in value), "~event")
            if isinstance(value, dict)
            else "~event"
        )
    ),
]
