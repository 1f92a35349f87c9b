"""A compiled expression or template, with the text it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from interlock.language.expression import Env, Evaluate, Row
from interlock.language.values import UNKNOWN

__all__ = ["MISSING", "Env", "Formula", "Row"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled expression or template.

    Attributes:
        text: canonical source; part of the digest.
        evaluate: ``(row, env) -> value``; total and pure, ``UNKNOWN`` where it cannot say.
    """

    text: str
    evaluate: Evaluate = field(compare=False, repr=False)


MISSING = Formula("", lambda row, env: UNKNOWN)
"""Stands for a text that has a fault; its document is refused and this never evaluated."""
