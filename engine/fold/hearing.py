"""A signal meets the rules and the waiting incidents.

Most signals change nothing: no test can tell them from the one before, or nobody asks for them.
``hear`` finds that out without a turn, so that such a signal costs little beyond its journal row.
"""

from __future__ import annotations

from typing import NamedTuple

from interlock.engine.fold import waiting
from interlock.engine.fold.firings import take
from interlock.engine.fold.state import State
from interlock.engine.fold.turn import Turn
from interlock.engine.model import Entry
from interlock.errors import SignalRejected
from interlock.language.values import admit
from interlock.rules.declarations import SignalType
from interlock.rules.memory import readable
from interlock.rules.model import NOTHING, Outcome, Row, SignalElement


class Heard(NamedTuple):
    """What a signal led to in working memory, not yet acted on.

    Attributes:
        element: the signal as the rules see it; None when it is not what is declared.
        outcome: what the rules made of it.
        refusal: why it is not what is declared.
        name: the signal's name.
    """

    element: SignalElement | None
    outcome: Outcome
    refusal: str
    name: str


def hear(state: State, entry: Entry) -> Heard | None:
    """Let working memory take a signal in; None when nothing follows from it.

    Args:
        state: timers and expiries up to the entry have been handled.
        entry: a ``signal``.
    """
    signal, memory = entry.body["signal"], state.memory
    if memory is None:
        return None
    name = signal["name"]
    declared = memory.rulebase.signal_types.get(name)
    used, awaited = memory.rulebase.uses(name), state.waits.concerns(name)
    if declared is None or not (used or awaited):
        return None
    try:
        fields = _fields(declared, entry)
    except SignalRejected as refusal:
        return Heard(None, NOTHING, str(refusal), name)
    observed = signal["observed_at"]
    element = SignalElement(
        id=signal["id"],
        source=signal["source"],
        name=name,
        subject=signal["subject"],
        severity=signal["severity"],
        status=signal["status"],
        at=entry.at if observed is None else min(observed, entry.at),
        fields=fields,
    )
    outcome = NOTHING
    if used:
        outcome = memory.observe(element, position=entry.seq, now=entry.at)
    if outcome is NOTHING and not awaited:
        return None
    return Heard(element, outcome, "", name)


def _fields(declared: SignalType, entry: Entry) -> Row:
    """Return the signal's fields: what was worked out at the door, if by this declaration.

    Raises:
        SignalRejected: the signal is not what is declared.
    """
    admitted, signal = entry.admitted, entry.body["signal"]
    if admitted is not None and admitted.declared is declared.fields:
        return admitted.values
    return admit(declared.fields, signal["values"], signal["labels"])


def absorb(turn: Turn, heard: Heard) -> None:
    """Act on what a signal led to, and hold it against the incidents that wait for it."""
    if heard.element is None:
        turn.note("inadmissible", name=heard.name, reason=heard.refusal)
        return
    take(turn, heard.outcome)
    if turn.state.waits.concerns(heard.name):
        waiting.sampled(turn, heard.name, readable(heard.element))
