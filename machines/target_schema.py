"""The shape of what documents share: delays, arguments, targets, notices."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from interlock.language import (
    DURATION_SCHEMA,
    Definition,
    Duration,
    ExpressionText,
    FieldName,
    Identifier,
    TemplateText,
    YamlValue,
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


DelayText = Annotated[str, AfterValidator(_delay_text), WithJsonSchema(DURATION_SCHEMA)]
"""A delay as written; keys of mappings keep their text, so that faults find their place."""

Delay = Annotated[Duration, AfterValidator(_positive)]
"""A length of time between 1 ms and 30 days."""


_STATE_NAME = "[a-z][a-z0-9_]{0,62}"


def _state_name(text: str) -> str:
    if re.fullmatch(_STATE_NAME, text) is None:
        message = f"{text[:63]!r} is not a name for a state"
        raise fault("RV121", message, "lower-case letters, digits and _, 63 characters at most")
    return text


StateName = Annotated[
    str,
    AfterValidator(_state_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_STATE_NAME}$"}),
]
"""Name of a state within its scope."""


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


class SlaDefinition(Definition):
    """How long something may take, and where a breach leads."""

    resolve_within: DelayText
    """Counted from when the machine starts, or the state is entered."""
    on_breach: TargetDefinition
    """Where a breach leads, whatever is under way."""


class NoticeDefinition(Definition):
    """Whom a final state tells."""

    notify: Identifier
    """Action of kind notify."""
    with_: Arguments = Field({}, alias="with")
    """Its inputs; ``from`` and ``why`` may be read."""
