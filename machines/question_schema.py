"""The shape of what an ``approve`` state asks.

Silence is an answer, so a question without ``expires`` and ``on_expire`` is refused (RV606).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from interlock.language import Definition, ExpressionText, Identifier, TemplateText, fault
from interlock.language.values import format_duration, parse_duration
from interlock.machines.target_schema import DelayText, TargetDefinition

MOST_ANSWERERS = 10
"""No question needs more people to agree."""

MOST_REMINDERS = 10
"""More is noise that hides the question."""

REJECT = "reject"
"""The choice that one person's word is enough for."""


def _plain(name: str) -> str:
    if any(character.isspace() or not character.isprintable() for character in name):
        raise fault("RV121", f"{name!r} is not a name for a role or person")
    return name


Role = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_plain)]
"""What somebody is, or who: as identity or an answer says it."""


class QuestionDefinition(Definition):
    """What is asked of whom, for how long, and what silence means."""

    role: Role
    """Who may answer."""
    quorum: int = Field(1, ge=1, le=MOST_ANSWERERS)
    """How many people must choose alike; one is enough to reject."""
    not_: tuple[Role, ...] = Field((), alias="not")
    """Roles and people who may not answer, whatever else they are."""
    ask: TemplateText
    """The question, in words."""
    show: tuple[ExpressionText, ...] = Field((), max_length=20)
    """What to show with it: context fields, ``why``, any expression of the state."""
    choices: dict[Identifier, TargetDefinition] = Field(min_length=1, max_length=10)
    """What may be answered, and where each answer leads."""
    remind: tuple[DelayText, ...] = Field((), max_length=MOST_REMINDERS)
    """How long after asking to remind people."""
    expires: DelayText | None = None
    """How long the question stands; must be said."""
    on_expire: TargetDefinition | None = None
    """Where silence leads; must be said, and may not act."""

    @model_validator(mode="after")
    def _ends(self) -> QuestionDefinition:
        missing = [n for n in ("expires", "on_expire") if getattr(self, n) is None]
        if missing:
            hint = "silence is an answer: say when it is one, and where it leads"
            raise fault("RV606", f"a question needs {' and '.join(missing)}", hint)
        return self

    @model_validator(mode="after")
    def _may_be_answered(self) -> QuestionDefinition:
        if self.role in self.not_:
            raise fault("RV110", f"nobody may answer: {self.role!r} is the role and under `not`")
        return self

    @model_validator(mode="after")
    def _reminds_in_time(self) -> QuestionDefinition:
        late = [text for text in self.remind if parse_duration(text) >= self.expires_ms]
        if late:
            message = f"a reminder after {late[0]} comes when nobody can answer any more"
            raise fault("RV120", message, f"it expires after {format_duration(self.expires_ms)}")
        return self

    @property
    def expires_ms(self) -> int:
        """How long it stands, ms."""
        return parse_duration(self.expires) if self.expires is not None else 0
