"""The shape of what a rule asks for: signals, facts, what is not, counted, absent or either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from interlock.language import (
    Definition,
    Duration,
    ExpressionList,
    FieldName,
    Identifier,
    SignalName,
    YamlValue,
    fault,
    nearest,
)


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


class Missed(Definition):
    """What is watched for, and how long it must not have been heard of."""

    signal: SignalName
    key: dict[FieldName, YamlValue] = Field(min_length=1)
    """A value, or a list of values, for fields of the signal's key: one watch for each of them,
    or for each combination where there are several fields."""
    where: ExpressionList = ()
    """What must hold of a signal for it to be heard."""
    lasts: Annotated[Duration, Field(gt=0)] = Field(alias="for")
    """For how long nothing must have been heard."""
    after_start: Annotated[Duration, Field(gt=0)] | None = None
    """How long after somebody began to listen nothing is missed yet."""


class AbsentPattern(Definition):
    """A signal that has not come for some time, for one of the listed values."""

    absent: Missed
    alias: FieldName = Field(alias="as")
    """The name later conditions, ``then`` and ``why`` read the key fields and ``since`` by."""


Condition: TypeAlias = Annotated[
    Annotated[SignalPattern, Tag("~signal")]
    | Annotated[FactPattern, Tag("~fact")]
    | Annotated[NotPattern, Tag("~not")]
    | Annotated[CountPattern, Tag("~count")]
    | Annotated[AbsentPattern, Tag("~absent")],
    Discriminator(keyed("signal", "fact", "not", "count", "absent")),
    has_one_of("signal", "fact", "not", "count", "absent"),
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
