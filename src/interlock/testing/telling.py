"""A decision in a few lines for somebody who plays: what fired, moved, was asked and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from interlock.language.values import format_timestamp
from interlock.testing.memory import MemoryStore

Note = Mapping[str, Any]


def told(decision: Mapping[str, Any], store: MemoryStore) -> Iterator[str]:
    """Yield what a decision came to, a line each, with its time.

    Args:
        decision: its body.
        store: where it stands, with the rows it names.
    """
    at = format_timestamp(decision["at"])
    for topic, say in _SAID.items():
        for note in decision.get(topic, ()):
            yield f"{at}  {say(store, note)}".rstrip()


def _action(store: MemoryStore, note: Note) -> str:
    """Return an action with its target."""
    row = store.actions[note["intent"]]
    return f"{row.action} on {row.target}" if row.target else row.action


def _incident(store: MemoryStore, note: Note) -> str:
    row = store.incidents[note["incident"]]
    return f"{row.machine} for {row.key}"


def _moved(store: MemoryStore, note: Note) -> str:
    way = f"{note['source'] or 'start'} → {note['dest']} on {note['trigger']}"
    return f"{_incident(store, note)}: {way}" + (f": {note['why']}" if note["why"] else "")


def _answered(store: MemoryStore, note: Note) -> str:
    return f"{_action(store, note)}: attempt {note['attempt']} {note['outcome']} {note['code']}"


_SAID: Mapping[str, Callable[[MemoryStore, Note], str]] = {
    "inadmissible": lambda _, note: f"refused {note['name']}: {note['reason']}",
    "facts_retracted": lambda _, note: f"gone {note['fact']}",
    "facts_asserted": lambda _, note: f"fact {note['fact']}",
    "firings": lambda _, n: f"fired {n['rule']}{' (shadow)' * n['shadow']}: {n['why']}",
    "advice": lambda _, note: f"advice {note['text']}",
    "results": _answered,
    "looks": lambda s, n: f"{_action(s, n)}: looks {'good' if n['good'] else 'bad'}",
    "ended": lambda s, n: f"{_action(s, n)}: {n['result']}: {n['detail']}",
    "moves": _moved,
    "leaving": lambda s, n: f"{_incident(s, n)}: {n['event']} ends its branches",
    "verdicts": lambda s, n: f"{_action(s, n)}: {n['outcome']}",
    "closed": lambda s, n: f"{_incident(s, n)}: ended {n['outcome']}",
}
"""What is told of a decision, in this order."""
