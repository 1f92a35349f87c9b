"""What authors write, in the units it is run in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from interlock.language import FieldDefinition
from interlock.language.values import Field
from interlock.machines.retry import PERMILLE, RetryPolicy
from interlock.machines.schema import RetryDefinition


def fields_of(definitions: Mapping[str, FieldDefinition]) -> dict[str, Field]:
    """Return declared fields in runtime units."""
    return {name: definition.field() for name, definition in definitions.items()}


def retry_of(definition: RetryDefinition) -> RetryPolicy:
    """Return a policy in runtime units."""
    return RetryPolicy(
        attempts=definition.attempts,
        backoff_ms=definition.backoff,
        factor_permille=_permille(definition.factor),
        max_ms=definition.max,
        jitter_permille=_permille(definition.jitter),
        on=tuple(sorted(set(definition.on))),
    )


def _permille(share: Decimal) -> int:
    return int(share * PERMILLE)
