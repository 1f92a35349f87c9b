"""The shape of ``rules/v1`` documents.

Only shape: names, types and logic are the business of ``declare``, ``conditions`` and ``checks``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from interlock.language import (
    DateText,
    Definition,
    Duration,
    ExpressionList,
    FieldName,
    Identifier,
    SignalName,
    TemplateText,
    YamlValue,
    fault,
)
from interlock.language.model import MAX_IDENTIFIER
from interlock.rules.condition_schema import RuleCondition, has_one_of, keyed

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Risk: TypeAlias = Literal["none", "low", "medium", "high"]

Arguments: TypeAlias = dict[FieldName, YamlValue]
"""Values and templates by the name of what they fill."""


class AssertConsequence(Definition):
    """Assert a fact for as long as the rule holds."""

    fact: Identifier = Field(alias="assert")
    values: Arguments = Field(alias="set")
    """A value for each field of the fact."""


class StartConsequence(Definition):
    """Start a machine for an incident."""

    machine: Identifier = Field(alias="start")
    incident: TemplateText
    """What the incident is about; one machine of a kind runs for one incident."""
    inputs: Arguments = Field(default_factory=dict, alias="with")
    """The machine's context."""


class SendConsequence(Definition):
    """Send an event to the machine of an incident."""

    event: Identifier = Field(alias="send")
    incident: TemplateText
    data: Arguments = Field(default_factory=dict, alias="with")
    """What the event carries."""


class AdviseConsequence(Definition):
    """Tell people; nothing acts."""

    advise: TemplateText


Consequence: TypeAlias = Annotated[
    Annotated[AssertConsequence, Tag("~assert")]
    | Annotated[StartConsequence, Tag("~start")]
    | Annotated[SendConsequence, Tag("~send")]
    | Annotated[AdviseConsequence, Tag("~advise")],
    Discriminator(keyed("assert", "start", "send", "advise")),
    has_one_of("assert", "start", "send", "advise"),
]


_EXCEPTION_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*")


def _exception_id(text: str) -> str:
    if len(text) > MAX_IDENTIFIER or _EXCEPTION_ID.fullmatch(text) is None:
        raise fault("RV121", f"{text!r} is not the id of an exception", "such as EX-12")
    return text


def _last_day(value: object) -> int:
    """Return the first moment after a day, ms."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or day == date.max:
        raise fault("RV110", "expected a date such as 2027-03-31")
    return (day.toordinal() + 1 - _EPOCH_DAY) * 86_400_000


_EPOCH_DAY = date(1970, 1, 1).toordinal()


class ExceptionDefinition(Definition):
    """Matches for which a rule does not fire, for a reason and for a time."""

    id: Annotated[str, AfterValidator(_exception_id)]
    """What people and the journal call it."""
    on: FieldName
    """The alias whose fields ``where`` reads by bare name."""
    where: ExpressionList = Field(min_length=1)
    """What must hold of a match."""
    reason: str = Field(min_length=1)
    """Why the rule is not to fire."""
    ticket: str | None = None
    """Where that is discussed."""
    expires: Annotated[int, BeforeValidator(_last_day, json_schema_input_type=DateText)]
    """The last day it counts, in UTC; the model holds its end in ms since the epoch."""


class ExampleSignal(Definition):
    """A signal that comes once, or a series of equal ones."""

    signal: SignalName
    at: Duration = 0
    """When the first comes, from the start."""
    every: Annotated[Duration, Field(gt=0)] | None = None
    """Time between one and the next."""
    times: int | None = Field(None, ge=1, le=1_000)
    """How many come."""
    data: dict[FieldName, YamlValue] = Field(default_factory=dict)
    """The declared fields it carries."""
    subject: str = ""
    severity: str = ""
    status: Literal["firing", "resolved"] = "firing"
    source: str = "example"


class ExampleDefinition(Definition):
    """A small history, and whether the rule fires in it."""

    name: str = Field(min_length=1)
    """What it shows."""
    given: list[ExampleSignal] = Field(min_length=1)
    """What happens."""
    fires: bool
    """Whether the rule fires at least once."""


class RuleDefinition(Definition):
    """One rule."""

    id: Identifier
    title: str = Field(min_length=1)
    """What it notices, in one line."""
    doc: str = ""
    owner: str | None = None
    severity: Severity | None = None
    risk: Risk | None = None
    runbook_url: str | None = None
    review_by: DateText | None = None
    """The day by which somebody looks whether it is still right."""
    salience: int = Field(0, ge=-1000, le=1000)
    """Higher goes first and wins."""
    exclusive: Identifier | None = None
    """The group of rules of which one may act on an incident."""
    status: Literal["active", "shadow", "disabled"] = "active"
    """A shadow is judged and journalled without effect; a disabled rule is only checked."""
    once_per: ExpressionList = ()
    """Values by which firings count as the same: of those that match at a time one fires."""
    cooldown: Annotated[Duration, Field(gt=0)] | None = None
    """How long after it fired another firing of the same values waits."""
    when: list[RuleCondition] = Field(min_length=1)
    """What must be there, and what must not."""
    then: list[Consequence] = Field(min_length=1)
    """What follows."""
    why: TemplateText
    """The explanation people read when it fires."""
    exceptions: list[ExceptionDefinition] = Field(default_factory=list, alias="except")
    """Matches for which it does not fire."""
    examples: list[ExampleDefinition] = Field(default_factory=list)
    """Small histories that show when it fires and when it does not."""


class RulesDocument(Definition):
    """A ``rules/v1`` document; its owner, severity, risk and runbook hold for all its rules."""

    interlock: Literal["rules/v1"]
    package: Identifier | None = None
    owner: str | None = None
    severity: Severity | None = None
    risk: Risk | None = None
    runbook_url: str | None = None
    review_by: DateText | None = None
    """The day by which somebody looks whether it is still right."""
    rules: list[RuleDefinition] = Field(min_length=1)
