"""RV613: events that nobody sends, and events sent to nobody."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic, nearest
from interlock.machines.definition import Trigger, ways_out
from interlock.rules.network import SendSpec


def lost_events(whole: Whole) -> Iterator[Diagnostic]:
    """Yield events that a machine waits for in vain, and those no machine of the bundle knows.

    Of a bundle without rules nothing is told: its machines are for others.
    """
    if not whole.subjects:
        return
    sent = {
        spec.event
        for one in whole.subjects
        for spec in one.rule.consequences
        if isinstance(spec, SendSpec)
    }
    heard: set[str] = set()
    for machine in whole.machines:
        states = (state for part in machine.parts for state in part.machine.states.values())
        known = {event for state in states for event in ways_out(state)}
        heard |= known - set(map(str, Trigger))
        for event in machine.machine.events:
            if event in known and event not in sent:
                message = f"no rule sends {event!r}"
                loc = ("events", event)
                yield machine.finding(loc, "RV613", message, nearest(event, sent), key=True)
    yield from _unheard(whole, heard)


def _unheard(whole: Whole, heard: set[str]) -> Iterator[Diagnostic]:
    for one in whole.subjects:
        for number, spec in enumerate(one.rule.consequences):
            if isinstance(spec, SendSpec) and spec.event not in heard:
                message = f"no machine does anything on {spec.event!r}"
                loc = ("then", number, "send")
                hint = nearest(spec.event, heard)
                yield one.finding(loc, "RV613", message, hint, "error")
