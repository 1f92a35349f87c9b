"""The shape of ``test/v1`` documents.

Only shape: whether the names in it mean anything is the business of ``load``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from interlock.language import (
    Definition,
    Duration,
    ExpressionList,
    FieldName,
    Identifier,
    SignalName,
    YamlValue,
    by_key,
)

START: Final = "2026-03-02T09:00:00Z"
"""When a scenario begins that does not say when."""

Values: TypeAlias = dict[FieldName, YamlValue]
"""Values by the name of the field they are for."""


class UseDefinition(Definition):
    """``use: fixture``: what a fixture gives, too."""

    use: str


class SignalDefinition(Definition):
    """A signal that comes once, or a series of them."""

    signal: SignalName
    at: Duration = 0
    """When the first comes, from the start."""
    every: Annotated[Duration, Field(gt=0)] | None = None
    """Time between one and the next."""
    times: int | None = Field(None, ge=1, le=10_000)
    """How many come."""
    field: FieldName | None = None
    """The field that ``values`` are for."""
    values: str | list[YamlValue] | None = None
    """One value for each signal: a list, or ``0.12*9 _*3 0.01``; ``_`` is a signal missing."""
    cycle: dict[FieldName, list[YamlValue]] = {}
    """Fields that take one value after the other, and begin again."""
    data: Values = {}
    """The declared fields it carries."""
    subject: str = ""
    severity: str = ""
    status: Literal["firing", "resolved"] = "firing"
    source: str = "test"
    id: str | None = None
    """Given only where the same signal comes again."""
    observed: Duration = 0
    """How long before it comes its source has seen it."""


class FreezeDefinition(Definition):
    """A person freezes a scope."""

    freeze: str
    at: Duration = 0
    by: str = "test"
    reason: str = "a test"


class ThawDefinition(Definition):
    """A person thaws a scope."""

    thaw: str
    at: Duration = 0
    by: str = "test"
    reason: str = "a test"


class CommandDefinition(Definition):
    """A person orders something about the open incidents of a key."""

    command: Literal["abort", "acknowledge", "annotate"]
    incident: str
    """Their key, e.g. the service."""
    at: Duration = 0
    by: str = "test"
    text: str = ""


class FactDefinition(Definition):
    """A person sets a fact."""

    fact: str
    data: dict[str, YamlValue] = {}
    at: Duration = 0
    by: str = "test"
    reason: str = "a test"


class RetractDefinition(Definition):
    """A person takes back the fact of a key."""

    retract: str
    data: dict[str, YamlValue] = {}
    """The fields of the key."""
    at: Duration = 0
    by: str = "test"
    reason: str = "a test"


GivenDefinition: TypeAlias = Annotated[
    Annotated[UseDefinition, Tag("~use")]
    | Annotated[SignalDefinition, Tag("~signal")]
    | Annotated[FreezeDefinition, Tag("~freeze")]
    | Annotated[ThawDefinition, Tag("~thaw")]
    | Annotated[CommandDefinition, Tag("~command")]
    | Annotated[FactDefinition, Tag("~fact")]
    | Annotated[RetractDefinition, Tag("~retract")],
    by_key("what is given", "use", "signal", "fact", "retract", "freeze", "thaw", "command"),
]
"""Something that happens: what it is, is told by its key."""


class AnswerDefinition(Definition):
    """How an executor answers one attempt: ``returns`` unless it says otherwise."""

    takes: Duration = 100
    """Time until it answers."""
    returns: Values | None = None
    """It worked, with these outputs."""
    fails: str | None = None
    """It did not work, with this code."""
    refuses: str | None = None
    """It did nothing, for this reason."""
    times_out: bool = False
    """It says itself that it did not finish in time."""
    hangs: bool = False
    """It never answers."""
    lost: str | None = None
    """Nobody knows what became of it, for this reason."""
    message: str = ""
    """For people."""


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


OneOrMoreTexts: TypeAlias = Annotated[
    list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])
]
"""One text, or a list of them."""

Answers: TypeAlias = Annotated[list[AnswerDefinition], Field(min_length=1)]
OneOrMoreAnswers: TypeAlias = Annotated[
    Annotated[AnswerDefinition, Tag("~one")] | Annotated[Answers, Tag("~list")],
    Discriminator(lambda value: "~list" if isinstance(value, list) else "~one"),
]
"""One answer for every attempt, or one for each, in order."""

Sight: TypeAlias = Annotated[
    Annotated[Values, Tag("~seen")] | Annotated[str, Tag("~error")],
    Discriminator(lambda value: "~error" if isinstance(value, str) else "~seen"),
]
"""What a look sees, or a text that says why it saw nothing."""
Sights: TypeAlias = Annotated[
    Annotated[Sight, Tag("~one")]
    | Annotated[Annotated[list[Sight], Field(min_length=1)], Tag("~list")],
    Discriminator(lambda value: "~list" if isinstance(value, list) else "~one"),
]
"""What every look sees, or look by look; the last repeats."""


class HumanDefinition(Definition):
    """A person who answers what an ``approve`` state asks, each time it does."""

    on: str
    """The state that asks."""
    incident: str | None = None
    """The key of the incidents meant; otherwise all."""
    after: Duration = 0
    """How long after being asked."""
    by: str = "test"
    role: OneOrMoreTexts
    """What they answer as."""
    choose: str
    text: str = ""


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


class Fakes(Definition):
    """What answers in place of executors and probes."""

    executors: dict[Identifier, OneOrMoreAnswers] = {}
    """Action to how its executor answers."""
    probes: dict[Identifier, Sights] = {}
    """Probe to what it sees."""
    allow: list[str] = []
    """Actions and machines that may run though nobody expects them."""


class ScenarioDefinition(Fakes):
    """A made-up history and what is expected of it."""

    name: str = Field(min_length=1)
    doc: str = ""
    covers: list[str] = []
    """Rules, machines and actions it is about."""
    given: list[GivenDefinition] = []
    humans: list[HumanDefinition] = []
    """People who answer; who is not here is silent."""
    expect: list[ExpectDefinition] = []
    until: Duration | None = None
    """When it ends; otherwise when everything that was begun has ended."""


class ScenariosDocument(Fakes):
    """A ``test/v1`` document; its fakes hold for every scenario that says nothing else."""

    interlock: Literal["test/v1"]
    uses: Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = [
        "."
    ]
    """Files and folders of the bundle, from where this document lies."""
    env: str | None = None
    """The environment whose parameters count; otherwise the defaults."""
    start: str = START
    """Simulated time of the first entry."""
    fixtures: dict[Identifier, list[GivenDefinition]] = {}
    """What several scenarios give."""
    scenarios: list[ScenarioDefinition] = Field(min_length=1)
