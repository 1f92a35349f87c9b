"""What a machine says to people: questions and notices, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.machines.formula import Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an ``approve`` state asks.

    Attributes:
        role: who may answer.
        quorum: how many must choose alike; one is enough for ``reject``.
        excluded: roles and people who may not answer, sorted.
        ask: template of the question.
        show: templates of the lines shown with it.
        choices: what may be answered, in the order written; each is heard as an event.
        reminders_ms: when to remind people, ms after asking, rising.
        expires_ms: when the state's timer ends it, ms after asking.
    """

    role: str
    quorum: int
    excluded: tuple[str, ...]
    ask: Formula
    show: tuple[Formula, ...]
    choices: tuple[str, ...]
    reminders_ms: tuple[int, ...]
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A ``notify``: whom to tell and what."""

    action: str
    inputs: Mapping[str, Formula]
