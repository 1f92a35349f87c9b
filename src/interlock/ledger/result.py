"""How one attempt at an action ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from interlock.language.values import Value

OutcomeWord = Literal["ok", "error", "timeout", "refused"]
"""How an attempt ended.

``ok``: the work was done. ``error``: it failed. ``timeout``: its effect is unknown.
``refused``: nothing was done.
"""

OUTCOMES: tuple[str, ...] = get_args(OutcomeWord)
"""The words of ``OutcomeWord``."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """How one attempt ended.

    Attributes:
        outcome: see ``OutcomeWord``.
        code: short word a contract can name as transient, e.g. ``exit_1``; empty when ok.
        message: for people; control characters removed, at most 4,000 characters.
        outputs: runtime values of the operation's declared outputs.
    """

    outcome: OutcomeWord
    code: str = ""
    message: str = ""
    outputs: Mapping[str, Value] = field(default_factory=dict)
