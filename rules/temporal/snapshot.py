"""What is being watched, as canonical JSON and back, exactly.

What stands for a run is not written but for its id: it follows from the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from interlock.language.values import JsonValue
from interlock.rules.state import State
from interlock.rules.temporal.layer import stand_for
from interlock.rules.temporal.runs import Run


def dump_runs(state: State) -> JsonValue:
    """Return the runs as canonical JSON; equal runs give equal JSON."""
    return [
        {
            "watch": run.hold.name,
            "element": run.element.id,
            "since": run.since,
            "due": run.due,
            "held": run.held.id if run.held else None,
        }
        for run in sorted(state.runs, key=lambda run: (run.hold.name, run.element.order))
    ]


def restore_runs(state: State, data: Iterable[Mapping[str, Any]]) -> None:
    """Put the runs that were dumped into a state that has its signals and facts."""
    for one in data:
        hold, element = state.rulebase.holds[one["watch"]], state.elements[one["element"]]
        run = Run(hold, element, one["since"], one["due"])
        if one["held"] is not None:
            run = replace(run, held=stand_for(state, run, one["held"]))
        state.runs.put(run)
        if run.held is not None:
            state.insert(run.held)
