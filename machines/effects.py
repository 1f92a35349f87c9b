"""What one step of a machine did and what it asks for.

A step is values only: the runtime returns them, the engine journals and carries them out in
the order given.  Nothing here acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.language.values import Value


@dataclass(frozen=True, slots=True)
class Moved:
    """One transition taken.

    Attributes:
        source: leaf path left; empty when the machine started.
        trigger: event that caused it; ``start`` for the first, ``choose`` out of a choice.
        dest: leaf path entered; equal to ``source`` when a state was entered anew.
        why: reason in words; may be empty.
    """

    source: str
    trigger: str
    dest: str
    why: str


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run an action; the state waits for one of the five results."""

    state: str
    action: str
    inputs: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class AwaitSignal:
    """Watch for the signal or fact of ``MachineRuntime.waits(state)``; then send ``met``."""

    state: str
    wait_id: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell somebody; nothing waits for the result."""

    action: str
    inputs: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the question of ``MachineRuntime.question(state)``; then send what was chosen.

    Attributes:
        state: leaf path.
        text: the question in words.
        shown: lines to show with it.
        notices: whom to tell now, and again with each reminder.
    """

    state: str
    text: str
    shown: tuple[str, ...]
    notices: tuple[Notify, ...]


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send ``after:<name>`` when ``delay_ms`` have passed, unless cancelled."""

    name: str
    delay_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimers:
    """Forget these timers; sorted names, some of which may have fired already."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetContext:
    """Put these values into the incident's context; names not mentioned stay."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Undo:
    """Run the rollback of every finished reversible step, newest first."""

    state: str


@dataclass(frozen=True, slots=True)
class Fork:
    """Begin the branches of this parallel state; then send ``joined`` or ``failed``."""

    state: str


@dataclass(frozen=True, slots=True)
class Close:
    """The incident has ended with this outcome."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """Too many choices in a row; nothing moved and a human must look."""

    reason: str


Effect = (
    RunAction
    | AwaitSignal
    | Ask
    | SetTimer
    | CancelTimers
    | SetContext
    | Undo
    | Fork
    | Notify
    | Close
    | Stuck
)
"""Everything a step can ask for."""

Step = tuple[list[Moved], list[Effect]]
"""Transitions taken and effects asked for, each in order."""
