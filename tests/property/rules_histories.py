"""Random histories for rule bases: signals that come, and what operators say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.property.rules_universe import CHOICES, KEYS, NUMBERS, TEXTS, Picker

LATER = [1_000, 0, 20_000, 1_000, 1_000, 0]


@dataclass(frozen=True)
class Observe:
    """A signal arrives, or is resolved, some time after what came before."""

    name: str
    fields: Mapping[str, object]
    resolved: bool
    later: int


@dataclass(frozen=True)
class Say:
    """An operator sets a fact, or takes it back when ``v`` is None."""

    fact: str
    k: str
    v: int | None
    later: int


class EventPicker(Picker):
    """Makes what happens to a rule base."""

    def observation(self) -> Observe:
        """Return a signal, sometimes resolved."""
        fields = {
            "k": self.one(TEXTS),
            "n": self.one(NUMBERS),
            "m": self.one(NUMBERS),
            "b": self.one([True, False]),
        }
        if self.one([False, True]):
            fields["o"] = self.one(NUMBERS)
        name = self.one(["load", "error", "deploy"])
        return Observe(name, fields, self.one([False] * 5 + [True]), self.one(LATER))

    def event(self) -> Observe | Say:
        """Return a signal or an operator's word."""
        if self.one([True, True, True, False]):
            return self.observation()
        return Say(
            self.one(sorted(KEYS)), self.one(TEXTS), self.one([None, 0, 1, 2]), self.one(LATER)
        )


def history_of(choices: bytes) -> list[Observe | Say]:
    """Up to thirty events."""
    pick = EventPicker(choices)
    events: list[Observe | Say] = []
    for _ in range(pick.one([0, 1, 2, 3, 5, 8, 12, 16, 20, 30])):
        repeats = events and pick.one([False, False, True])
        events.append(replace(pick.one(events), later=pick.one(LATER)) if repeats else pick.event())
    return events


def histories() -> st.SearchStrategy[list[Observe | Say]]:
    """Random histories."""
    return CHOICES.map(history_of)
