"""The shape of ``test/v1`` documents.

Only shape: whether the names in it mean anything is the business of ``load``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from interlock.language import (
    Definition,
    Duration,
    FieldName,
    Identifier,
    SignalName,
    YamlValue,
    by_key,
)
from interlock.testing.scenario.expect_schema import ExpectDefinition, Values

START: Final = "2026-03-02T09:00:00Z"
"""When a scenario begins that does not say when."""


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
    branch: str | None = None
    """About this branch of theirs."""
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
    branch: str | None = None
    """The branch that asks; otherwise any state of that name."""
    after: Duration = 0
    """How long after being asked."""
    by: str = "test"
    role: OneOrMoreTexts
    """What they answer as."""
    choose: str
    text: str = ""


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
