"""The shape of ``machine/v1`` documents.

Only shape: names, targets and types are the business of ``compile`` and ``check``.  Each kind
of state is recognised by the one key it holds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from interlock.language import (
    Definition,
    Duration,
    ExpressionList,
    ExpressionText,
    FieldDefinition,
    FieldName,
    Identifier,
    SignalName,
    TemplateText,
    YamlValue,
    by_key,
    fault,
)
from interlock.language.values import parse_duration
from interlock.machines.definition import STAY

MIN_DURATION_MS = 1
MAX_DURATION_MS = 30 * 24 * 3600 * 1000
"""Nothing waits for longer than thirty days."""

Arguments = dict[FieldName, YamlValue]
"""Values and templates for typed fields."""


def _positive(ms: int) -> int:
    if not MIN_DURATION_MS <= ms <= MAX_DURATION_MS:
        raise fault("RV120", "a duration here is between 1ms and 30d")
    return ms


def _delay_text(text: str) -> str:
    try:
        _positive(parse_duration(text))
    except ValueError as bad:
        raise fault("RV120", str(bad)) from bad
    return text


DelayText = Annotated[str, AfterValidator(_delay_text)]
"""A delay as written; keys of mappings keep their text, so that faults find their place."""

Delay = Annotated[Duration, AfterValidator(_positive)]
"""A length of time between 1 ms and 30 days."""


def _state_name(text: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text) is None:
        message = f"{text[:63]!r} is not a name for a state"
        raise fault("RV121", message, "lower-case letters, digits and _, 63 characters at most")
    return text


StateName = Annotated[str, AfterValidator(_state_name)]
"""Name of a state within its scope."""

Severity = Literal["critical", "high", "medium", "low", "info"]


class BranchDefinition(Definition):
    """One way out: ``{if, to, why, set}`` or ``{else: target}``."""

    if_: ExpressionText | None = Field(None, alias="if")
    """Must be true; unknown is not."""
    to: str | None = None
    """Target: a state of this scope or of one around it."""
    else_: str | None = Field(None, alias="else")
    """Target when nothing before was true; ``stay`` to leave things as they are."""
    why: TemplateText | None = None
    """Reason, in words."""
    set_: Arguments = Field({}, alias="set")
    """Context fields to set."""

    @model_validator(mode="after")
    def _one_target(self) -> BranchDefinition:
        if (self.to is None) == (self.else_ is None):
            raise fault("RV111", "a branch needs one of: to, else")
        if self.else_ is not None and self.if_ is not None:
            raise fault("RV110", "`else` has no `if`", "write `to` instead of `else`")
        return self

    @property
    def target(self) -> str:
        """The target named, whichever way."""
        return self.to if self.to is not None else (self.else_ or STAY)


TargetDefinition = Annotated[
    Annotated[str, Tag("~name")]
    | Annotated[BranchDefinition, Tag("~branch")]
    | Annotated[tuple[BranchDefinition, ...], Tag("~list")],
    Discriminator(
        lambda value: (
            "~name"
            if isinstance(value, str)
            else "~list"
            if isinstance(value, list | tuple)
            else "~branch"
        )
    ),
]
"""A state name, one branch, or a list of branches of which the first true one is taken."""


class RetryDefinition(Definition):
    """How often and how late a failed action is tried again."""

    attempts: int = Field(ge=1, le=20)
    """Attempts in all, the first included."""
    backoff: Delay = 1000
    """Delay after the first failed attempt."""
    factor: Decimal = Field(Decimal(2), ge=1, le=10, max_digits=5, decimal_places=3)
    """Each further delay is this many times the one before."""
    max: Delay = 600_000
    """No delay is longer."""
    jitter: Decimal = Field(Decimal(0), ge=0, le=1, decimal_places=3)
    """Share by which a delay may be moved either way."""
    on: tuple[Literal["transient", "timed_out"], ...] = ("transient",)
    """Results tried again."""


class NoticeDefinition(Definition):
    """Whom a final state tells."""

    notify: Identifier
    """Action of kind notify."""
    with_: Arguments = Field({}, alias="with")
    """Its inputs; ``from`` and ``why`` may be read."""


class _StateDefinition(Definition):
    doc: str = ""
    """For people."""


class _HearingDefinition(_StateDefinition):
    on: dict[Identifier, TargetDefinition] = {}
    """What each event does here; inherited by states within."""
    after: dict[DelayText, TargetDefinition] = {}
    """What happens when a state has lasted this long."""


class RunDefinition(_HearingDefinition):
    """Runs one action and waits for its result."""

    run: Identifier
    """Action of kind act."""
    with_: Arguments = Field({}, alias="with")
    """Its inputs."""
    retry: RetryDefinition | None = None
    """When to try again; without it there is one attempt."""


class WaitSubject(Definition):
    """What a wait state watches for."""

    signal: SignalName | None = None
    """A declared signal."""
    fact: Identifier | None = None
    """A declared fact."""
    where: ExpressionList = ()
    """Conditions on its fields; ``ctx`` is the incident's context."""
    hold: Delay | None = None
    """How long it must hold; at once when left out."""

    @model_validator(mode="after")
    def _one_subject(self) -> WaitSubject:
        if (self.signal is None) == (self.fact is None):
            raise fault("RV111", "a wait needs one of: signal, fact")
        return self


class WaitDefinition(_HearingDefinition):
    """Watches for a signal or fact."""

    wait: WaitSubject


class ChooseDefinition(_StateDefinition):
    """Decides at once."""

    choose: tuple[BranchDefinition, ...] = Field(min_length=1)
    """The first true branch is taken; the last is ``else``."""


class UndoDefinition(_HearingDefinition):
    """Rolls finished steps back, newest first."""

    undo: Literal["completed"]


class FinalDefinition(_StateDefinition):
    """Ends the incident."""

    final: Identifier
    """A declared outcome."""
    enter: tuple[NoticeDefinition, ...] = ()
    """Whom to tell."""


class CompoundDefinition(_HearingDefinition):
    """A scope: states that share handlers and timers."""

    initial: StateName
    """State within that is entered first."""
    states: dict[StateName, StateDefinition] = Field(min_length=1)


StateDefinition = Annotated[
    Annotated[RunDefinition, Tag("~run")]
    | Annotated[WaitDefinition, Tag("~wait")]
    | Annotated[ChooseDefinition, Tag("~choose")]
    | Annotated[UndoDefinition, Tag("~undo")]
    | Annotated[FinalDefinition, Tag("~final")]
    | Annotated["CompoundDefinition", Tag("~states")],
    by_key("a state", "run", "wait", "choose", "undo", "final", "states"),
]
"""One state, its kind told by the key it holds."""


class MachineDocument(Definition):
    """A ``machine/v1`` document."""

    interlock: Literal["machine/v1"]
    id: Identifier
    """Name rules start it by."""
    package: Identifier
    version: int = Field(ge=1)
    """Raised with every change."""
    title: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    """Team that answers for it."""
    severity: Severity | None = None
    runbook_url: str = ""
    """Page for people."""
    doc: str = ""
    context: dict[FieldName, FieldDefinition] = {}
    """Typed fields an incident carries."""
    events: dict[Identifier, dict[FieldName, FieldDefinition]] = {}
    """Events rules may send it, with their typed data."""
    outcomes: tuple[Identifier, ...] = Field(min_length=1)
    """How it may end."""
    initial: StateName
    states: dict[StateName, StateDefinition] = Field(min_length=1)


CompoundDefinition.model_rebuild()
