"""What the engines differ on, or one of them does not say, is left to people.

A dispute is about the position of an entry: whatever was found there, now or by what is derived
from it later, is not acted on.
"""

from __future__ import annotations

from interlock.engine.fold import evidence
from interlock.engine.fold.turn import Turn

MOST_UNANSWERED = 50_000
"""Joins that may wait for the second engine; beyond it the oldest are given up, so that an engine
that never answers fills no memory.  What rests on them was held for longer than the gate holds."""


def dispute(turn: Turn, position: int, pack: str, reason: str = "") -> None:
    """Leave what was found at a position to people.

    Args:
        turn: the turn.
        position: of the entry.
        pack: the rules that found it.
        reason: why, where the entry folded does not say.
    """
    turn.state.gate.disputed.add(position)
    for incident in turn.state.incidents.values():
        if position in evidence.positions(turn.state, incident):
            incident.disputed = True
            turn.touch(incident)
    turn.state.gate.changed.add("agreement")
    turn.note("disputed", position=position, pack=pack, reason=reason)


def give_up_oldest(turn: Turn) -> None:
    """Keep the joins without an answer within bounds."""
    waiting = turn.state.evaluations
    while len(waiting) > MOST_UNANSWERED:
        oldest = waiting.popleft()
        dispute(turn, oldest.position, oldest.pack, "too many joins wait for the second engine")
