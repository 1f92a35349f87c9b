"""A signal meets the rules and the waiting incidents.

Most signals change nothing: no test can tell them from the one before, or nobody asks for them.
``hear`` finds that out without a turn, so that such a signal costs little beyond its journal row.
"""

from __future__ import annotations

from typing import NamedTuple

from interlock.engine.bundle import Bundle
from interlock.engine.fold import waiting
from interlock.engine.fold.firings import take
from interlock.engine.fold.state import State
from interlock.engine.fold.turn import Turn
from interlock.engine.model import Entry
from interlock.errors import SignalRejected
from interlock.language.values import admit
from interlock.rules.declarations import SignalType
from interlock.rules.model import NOTHING, Outcome, Row, SignalElement
from interlock.rules.signals import readable


class Heard(NamedTuple):
    """What a signal led to in working memory, not yet acted on.

    Attributes:
        entry: the signal as it came.
        element: the signal as the rules see it; None when it is not what they declare.
        outcome: what the rules made of it.
        refusal: why it is not what they declare, if they do declare it.
    """

    entry: Entry
    element: SignalElement | None
    outcome: Outcome
    refusal: str


def hear(state: State, entry: Entry) -> Heard | None:
    """Let working memory take a signal in; None when nothing follows from it.

    Args:
        state: timers and expiries up to the entry have been handled.
        entry: a ``signal``.
    """
    memory, name = state.memory, entry.body["signal"]["name"]
    if memory is None:
        return None
    declared = memory.rulebase.signal_types.get(name)
    used, awaited = memory.rulebase.uses(name), state.waits.concerns(name)
    if not (used or awaited):
        return None
    if declared is None:
        return Heard(entry, None, NOTHING, "")
    try:
        element = element_of(declared, entry)
    except SignalRejected as refusal:
        return Heard(entry, None, NOTHING, str(refusal))
    outcome = NOTHING
    if used:
        outcome = memory.observe(element, position=entry.seq, now=entry.at)
    if outcome is NOTHING and not awaited:
        return None
    return Heard(entry, element, outcome, "")


def element_of(declared: SignalType, entry: Entry) -> SignalElement:
    """Return the signal as a declaration has it.

    Raises:
        SignalRejected: it is not what is declared.
    """
    signal = entry.body["signal"]
    observed = signal["observed_at"]
    return SignalElement(
        id=signal["id"],
        source=signal["source"],
        name=signal["name"],
        subject=signal["subject"],
        severity=signal["severity"],
        status=signal["status"],
        at=entry.at if observed is None else min(observed, entry.at),
        fields=_fields(declared, entry),
    )


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
    name = heard.entry.body["signal"]["name"]
    if heard.refusal:
        turn.note("inadmissible", name=name, reason=heard.refusal)
    take(turn, heard.outcome)
    if turn.state.waits.concerns(name):
        waiting.sampled(turn, name, lambda bundle: _row(turn, heard, bundle))


def _row(turn: Turn, heard: Heard, bundle: Bundle) -> Row | None:
    """Return the signal as a bundle declares it; None when it is not what that declares."""
    if bundle is turn.state.bundle:
        return None if heard.element is None else readable(heard.element)
    declared = bundle.rulebase.signal_types.get(heard.entry.body["signal"]["name"])
    try:
        return None if declared is None else readable(element_of(declared, heard.entry))
    except SignalRejected:
        return None
