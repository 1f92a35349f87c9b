"""The shape of ``machine/v1`` documents.

Only shape: names, targets and types are the business of ``compile`` and ``check``.  Each kind
of state is recognised by the one key it holds.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from interlock.language import (
    DateText,
    Definition,
    ExpressionList,
    FieldDefinition,
    FieldName,
    Identifier,
    SignalName,
    by_key,
    fault,
)
from interlock.machines.invariant_schema import InvariantDefinition
from interlock.machines.question_schema import QuestionDefinition
from interlock.machines.target_schema import (
    Arguments,
    BranchDefinition,
    Delay,
    DelayText,
    NoticeDefinition,
    SlaDefinition,
    StateName,
    TargetDefinition,
)
from interlock.machines.terms_schema import TermsDefinition

Severity = Literal["critical", "high", "medium", "low", "info"]

MOST_BRANCHES = 16
"""Branches of one parallel state: each is an incident, and people are to see them all."""


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


class _StateDefinition(Definition):
    doc: str = ""
    """For people."""


class _HearingDefinition(_StateDefinition):
    on: dict[Identifier, TargetDefinition] = {}
    """What each event does here; inherited by states within."""
    after: dict[DelayText, TargetDefinition] = {}
    """What happens when a state has lasted this long."""
    sla: SlaDefinition | None = None
    """How long it may last by agreement, and where a breach leads."""


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


class ApproveDefinition(_HearingDefinition):
    """Asks people, and waits for them to answer."""

    approve: QuestionDefinition
    """What is asked of whom."""
    enter: tuple[NoticeDefinition, ...] = ()
    """Whom to tell when it is asked, and again with each reminder."""


class ChooseDefinition(_StateDefinition):
    """Decides at once."""

    choose: tuple[BranchDefinition, ...] = Field(min_length=1)
    """The first true branch is taken; the last is ``else``."""


class UndoDefinition(_HearingDefinition):
    """Rolls finished steps back, newest first."""

    undo: Literal["completed"]


class FinalDefinition(_StateDefinition):
    """Ends the incident, or a branch of a parallel state."""

    final: Identifier
    """A declared outcome; in a branch ``done`` or ``failed``."""
    enter: tuple[NoticeDefinition, ...] = ()
    """Whom to tell."""


class CompoundDefinition(_HearingDefinition):
    """A scope: states that share handlers and timers."""

    initial: StateName
    """State within that is entered first."""
    states: dict[StateName, StateDefinition] = Field(min_length=1)


class ForkedDefinition(Definition):
    """One branch: a machine of its own, which ends as ``done`` or ``failed``."""

    doc: str = ""
    """For people."""
    initial: StateName
    """State within that is entered first."""
    states: dict[StateName, StateDefinition] = Field(min_length=1)


class ForkDefinition(Definition):
    """Branches that go on side by side."""

    branches: dict[StateName, ForkedDefinition] = Field(min_length=2, max_length=MOST_BRANCHES)
    """By name, in the order they begin."""
    join: Literal["all"]
    """When it is left: all branches have ended."""


class ParallelDefinition(_HearingDefinition):
    """Forks into branches, and waits until every one has ended."""

    parallel: ForkDefinition


StateDefinition = Annotated[
    Annotated[RunDefinition, Tag("~run")]
    | Annotated[WaitDefinition, Tag("~wait")]
    | Annotated[ApproveDefinition, Tag("~approve")]
    | Annotated[ChooseDefinition, Tag("~choose")]
    | Annotated[UndoDefinition, Tag("~undo")]
    | Annotated[FinalDefinition, Tag("~final")]
    | Annotated["ParallelDefinition", Tag("~parallel")]
    | Annotated["CompoundDefinition", Tag("~states")],
    by_key("a state", "run", "wait", "approve", "choose", "parallel", "undo", "final", "states"),
]
"""One state, its kind told by the key it holds."""


class MachineDocument(TermsDefinition):
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
    review_by: DateText | None = None
    """The day by which somebody looks whether it is still right."""
    status: Literal["active", "draft"] = "active"
    """A draft is like any other, and `lint` tells whoever needs it."""
    doc: str = ""
    context: dict[FieldName, FieldDefinition] = {}
    """Typed fields an incident carries."""
    events: dict[Identifier, dict[FieldName, FieldDefinition]] = {}
    """Events rules may send it, with their typed data."""
    outcomes: tuple[Identifier, ...] = Field(min_length=1)
    """How it may end."""
    sla: SlaDefinition | None = None
    """How long an incident may take, and where a breach leads from every state."""
    invariants: tuple[InvariantDefinition, ...] = ()
    """What must never be otherwise; tests and verification look."""
    initial: StateName
    states: dict[StateName, StateDefinition] = Field(min_length=1)
