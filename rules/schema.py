"""The shape of ``signals/v1`` and ``rules/v1`` documents.

Only shape: names, types and logic are the business of ``declare``, ``compile`` and ``checks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from interlock.language import (
    DateText,
    Definition,
    Duration,
    ExpressionList,
    FieldDefinition,
    FieldName,
    Identifier,
    SignalName,
    TemplateText,
    YamlValue,
    fault,
    nearest,
)
from interlock.language.model import MAX_IDENTIFIER

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Risk: TypeAlias = Literal["none", "low", "medium", "high"]

Arguments: TypeAlias = dict[FieldName, YamlValue]
"""Values and templates by the name of what they fill."""


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


def keyed(*keys: str) -> Callable[[object], str | None]:
    """Return a discriminator: the first of the keys that a mapping holds, as a tag."""

    def tag(value: object) -> str | None:
        for key in keys:
            if isinstance(value, Mapping) and key in value:
                return f"~{key}"
        return None

    return tag


def has_one_of(*keys: str) -> BeforeValidator:
    """Return a check that a mapping holds exactly one of the keys that say what it is."""

    def check(value: object) -> object:
        if isinstance(value, Mapping):
            found = [key for key in keys if key in value]
            if len(found) > 1:
                raise fault("RV110", f"is {' and '.join(found)} at once", "make them two")
            if not found:
                hints = [hint for key in value if (hint := nearest(str(key), keys))]
                message = f"needs one of {', '.join(keys)}"
                raise fault("RV110", message, hints[0] if hints else None)
        return value

    return BeforeValidator(check)


class SignalPattern(Definition):
    """A signal that must be there."""

    signal: SignalName
    alias: FieldName = Field(alias="as")
    """The name later conditions, ``then`` and ``why`` read it by."""
    where: ExpressionList = ()
    """What must hold of it."""
    lasts: Annotated[Duration, Field(gt=0)] | None = Field(None, alias="for")
    """How long it must have held without a break."""


class FactPattern(Definition):
    """A fact that must stand."""

    fact: Identifier
    alias: FieldName = Field(alias="as")
    """The name later conditions, ``then`` and ``why`` read it by."""
    where: ExpressionList = ()
    """What must hold of it."""
    lasts: Annotated[Duration, Field(gt=0)] | None = Field(None, alias="for")
    """How long it must have held without a break."""


class NoSignal(Definition):
    """A signal that must not be there."""

    signal: SignalName
    where: ExpressionList = ()
    within: Annotated[Duration, Field(gt=0)] | None = None
    """For how long after an earlier element it must not come."""


class NoFact(Definition):
    """A fact that must not stand."""

    fact: Identifier
    where: ExpressionList = ()
    within: Annotated[Duration, Field(gt=0)] | None = None
    """For how long after an earlier element it must not come."""


Negated: TypeAlias = Annotated[
    Annotated[NoSignal, Tag("~signal")] | Annotated[NoFact, Tag("~fact")],
    Discriminator(keyed("signal", "fact")),
    has_one_of("signal", "fact"),
]


class NotPattern(Definition):
    """``not:`` one pattern; it may read what is bound before it."""

    negated: Negated = Field(alias="not")


class Counted(Definition):
    """What is counted."""

    signal: SignalName
    where: ExpressionList = ()
    """What must hold of each; fields equated with earlier elements are counted apart."""
    over: Annotated[Duration, Field(gt=0)]
    """For how long each counts."""
    distinct: FieldName | None = None
    """The field whose different values are counted, instead of every signal."""


class CountPattern(Definition):
    """A number of signals."""

    count: Counted
    alias: FieldName = Field(alias="as")
    """The name later conditions, ``then`` and ``why`` read the number by."""
    where: Annotated[ExpressionList, Field(min_length=1)]
    """What must hold of the number."""


Condition: TypeAlias = Annotated[
    Annotated[SignalPattern, Tag("~signal")]
    | Annotated[FactPattern, Tag("~fact")]
    | Annotated[NotPattern, Tag("~not")]
    | Annotated[CountPattern, Tag("~count")],
    Discriminator(keyed("signal", "fact", "not", "count")),
    has_one_of("signal", "fact", "not", "count"),
]


class AnyPattern(Definition):
    """``any:`` of some branches."""

    branches: list[Annotated[list[Condition], Field(min_length=1)]] = Field(
        alias="any", min_length=2
    )
    """Lists of patterns that bind the same names; the rule holds through each that holds."""


def _one_or_any(value: object) -> str:
    return "~any" if isinstance(value, Mapping) and "any" in value else "~one"


RuleCondition: TypeAlias = Annotated[
    Annotated[Condition, Tag("~one")] | Annotated[AnyPattern, Tag("~any")],
    Discriminator(_one_or_any),
]


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
