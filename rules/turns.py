"""Turns: of the matches that a rule may not fire for all at once, which one fires, and when.

A rule with `once_per` or `cooldown` has one turn for each value of its repeat key.  A match waits
until nobody has the turn of its key and the cooldown since the last firing is over.  When the
match that has the turn goes and another one with the same effect is there in that very step,
that one goes on with the turn: the condition never stopped, so nothing that rests on it is cut
off, and nothing is started, sent or advised again.

Guarantees: who gets a turn depends on the matches, the marks and the journal's time alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from interlock.errors import InvariantBroken
from interlock.rules.activation import Activation, ActivationKey, Order, RepeatKey
from interlock.rules.fill import acts
from interlock.rules.state import State

Holder: TypeAlias = tuple[str, tuple[tuple[str, ...], ...]]
"""The firing that had a turn, and what it starts and sends."""


@dataclass(slots=True)
class Turns:
    """The turns of one step.

    Attributes:
        lost: who had the turn of a key before the step and was withdrawn in it.
        inherited: who had it under the rules of before.
        continuing: matches that go on with a turn, with the firing that had it.
    """

    lost: dict[RepeatKey, Activation] = field(default_factory=dict)
    inherited: dict[RepeatKey, Holder] = field(default_factory=dict)
    continuing: dict[ActivationKey, str] = field(default_factory=dict)

    def lose(self, activation: Activation) -> None:
        """Note that one of before the step is withdrawn."""
        if activation.repeat is not None and not activation.is_held:
            self.lost.setdefault(activation.repeat, activation)

    def next(self, state: State, key: RepeatKey, now: int) -> tuple[Activation, str] | None:
        """Return who gets the turn of a key, and with whose turn they go on, if with one.

        Args:
            state: the state; None while somebody has that turn.
            key: a rule and the values that count as the same.
            now: the journal's time, ms.
        """
        waiting = sorted(state.waiting.of(key), key=self._order)
        if key in state.turns or not waiting:
            return None
        before = self._before(key)
        for match in waiting if before is not None else ():
            assert before is not None
            if acts(match.rule, match.elements, match.now) == before[1]:
                return match, before[0]
        mark = state.marks.get(key)
        return None if mark is not None and mark.until > now else (waiting[0], "")

    def is_back(self, match: Activation) -> bool:
        """Return whether a waiting match is the one that had its turn before the step."""
        lost = None if match.repeat is None else self.lost.get(match.repeat)
        return lost is not None and lost.key == match.key

    def _order(self, match: Activation) -> tuple[bool, Order]:
        return not self.is_back(match), match.agenda_order

    def _before(self, key: RepeatKey) -> Holder | None:
        lost = self.lost.get(key)
        if lost is None:
            return self.inherited.get(key)
        return holder(lost)


def holder(activation: Activation) -> Holder:
    """Return who has a turn; nobody, by name, where another rule holds its exclusive group."""
    name = activation.id if activation.effective else ""
    return name, acts(activation.rule, activation.elements, activation.now)


def held_by(state: State, activation: Activation) -> tuple[str, str, int | None]:
    """Return what holds a match back: its kind, its name and until when, ms.

    ``except`` an exception, by its id; ``once_per`` a firing, until that ends; ``cooldown`` a
    firing, until the cooldown that began with it is over.
    """
    if activation.exception is not None:
        return "except", activation.exception.id, activation.exception.expires_ms
    key = activation.repeat
    if key is None:
        raise InvariantBroken(f"nothing holds match {activation.id} back")
    if key in state.turns:
        return "once_per", state.turns[key].id, None
    mark = state.marks.get(key)
    return ("once_per", "", None) if mark is None else ("cooldown", mark.firing, mark.until)
