"""The shape of ``actions/v1`` and ``inventory/v1`` documents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from interlock.language import (
    DateText,
    Definition,
    ExpressionText,
    FieldDefinition,
    FieldName,
    Identifier,
    TemplateText,
    fault,
)
from interlock.machines.inputs import MAX_LENGTH, Shape
from interlock.machines.target_schema import Arguments, Delay
from interlock.machines.terms_schema import TermsDefinition


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


class InputDefinition(FieldDefinition):
    """One input: a field, and for text its further bounds."""

    max_length: int = Field(MAX_LENGTH, ge=1, le=65_536)
    """Characters of a text, at most."""
    multiline: bool = False
    """Line feeds and tabs are allowed."""
    leading_dash: bool = False
    """A text may begin with ``-``; only where the executor cannot take it for an option."""

    def shape(self) -> Shape:
        """Return the bounds of a text."""
        return Shape(self.max_length, self.multiline, self.leading_dash)


class RateDefinition(Definition):
    """At most ``max`` runs within ``per``, counted by ``key``."""

    max: int = Field(ge=1, le=10_000)
    per: Delay
    key: TemplateText | None = None
    """Runs with equal keys count together; all do when it is left out."""


class LimitsDefinition(Definition):
    """How much an action may do."""

    rate: Annotated[
        tuple[RateDefinition, ...],
        BeforeValidator(
            _listed, json_schema_input_type=RateDefinition | tuple[RateDefinition, ...]
        ),
    ] = ()
    """One limit or a list; each must have room."""


class EvidenceDefinition(Definition):
    """How fresh the signals behind the action must be."""

    max_age: Delay


class RequirementDefinition(Definition):
    """What must hold before the action runs."""

    probe: Identifier | None = None
    """What to look at, ``executor.operation``; none when only inputs are read."""
    with_: Arguments = Field({}, alias="with")
    expect: ExpressionText
    why: TemplateText
    """What it means when it does not hold."""


class VerifyDefinition(Definition):
    """How one knows that the action had its effect."""

    probe: Identifier
    with_: Arguments = Field({}, alias="with")
    expect: ExpressionText
    every: Delay = 5_000
    """Pause between looks."""
    within: Delay
    """After this the action is unverified."""
    consecutive: int = Field(3, ge=1, le=1_000)
    """Looks in a row that must hold."""


class RollbackDefinition(Definition):
    """The action that takes this one back."""

    action: Identifier
    with_: Arguments = Field({}, alias="with")
    """Its inputs; ``outputs`` are those of the action taken back."""


class ErrorsDefinition(Definition):
    """What the executor's error codes mean."""

    transient: tuple[str, ...] = ()
    """Worth another attempt."""
    permanent: tuple[str, ...] = ()
    """Not worth one; the same as any code not listed."""


class ActionDefinition(TermsDefinition):
    """One action contract."""

    version: int = Field(ge=1)
    executor: Identifier | None = None
    """Plugin; the document's when left out."""
    operation: str | None = None
    """What the plugin does; the last part of the action's name when left out."""
    title: str = Field(min_length=1)
    owner: str | None = None
    review_by: DateText | None = None
    """The day by which somebody looks whether it is still right."""
    status: Literal["active", "draft"] = "active"
    """A draft is like any other, and `lint` tells whoever needs it."""
    doc: str = ""
    kind: Literal["act", "notify"] = "act"
    inputs: dict[FieldName, InputDefinition] = {}
    outputs: dict[FieldName, FieldDefinition] = {}
    target: TemplateText | None = None
    """Inventory id acted on, or ``none``; an act must say."""
    target_type: Identifier | None = None
    evidence: EvidenceDefinition | None = None
    risk: Literal["none", "low", "medium", "high"] | None = None
    """How much can go wrong; an act must say."""
    reversible: bool = False
    irreversible_because: str = ""
    idempotency_key: TemplateText
    """Equal keys are one effect."""
    timeout: Delay
    """Deadline of one attempt."""
    heartbeat: Delay | None = None
    """Longest silence of a worker."""
    limits: LimitsDefinition = LimitsDefinition()
    requires: tuple[RequirementDefinition, ...] = ()
    verify: VerifyDefinition | None = None
    rollback: RollbackDefinition | None = None
    errors: ErrorsDefinition = ErrorsDefinition()


class ActionsDocument(Definition):
    """An ``actions/v1`` document."""

    interlock: Literal["actions/v1"]
    package: Identifier
    owner: str = Field(min_length=1)
    review_by: DateText | None = None
    """The day by which somebody looks whether it is still right."""
    executor: Identifier | None = None
    """Plugin of the actions that name none."""
    actions: dict[Identifier, ActionDefinition] = Field(min_length=1)


def _plain(value: object) -> object:
    if not isinstance(value, str | int | bool):
        raise fault("RV110", "an attribute is a text, a whole number or a truth value")
    return value


AttributeValue = Annotated[
    str | int | bool, BeforeValidator(_plain, json_schema_input_type=str | int | bool)
]


class TargetDefinition(Definition):
    """One thing actions may be done to."""

    type: Identifier
    domain: Identifier
    """Failure domain it shares with others."""
    attributes: dict[FieldName, AttributeValue] = {}
    """What executors need to reach it."""


class InventoryDocument(Definition):
    """An ``inventory/v1`` document."""

    interlock: Literal["inventory/v1"]
    package: Identifier | None = None
    owner: str | None = None
    targets: dict[Annotated[str, Field(min_length=1, max_length=200)], TargetDefinition] = {}
