"""What is being watched, as canonical JSON and back, exactly.

What stands for a run, a number or a lull is not written but for its id and basis: the rest
follows.
A rule base that watches nothing adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock.errors import InvariantBroken
from interlock.language.values import JsonValue
from interlock.rules.model import Basis
from interlock.rules.state import State
from interlock.rules.temporal.derived import Derived
from interlock.rules.temporal.layer import stand_for, stand_for_lull, stand_for_number
from interlock.rules.temporal.lulls import Lull
from interlock.rules.temporal.runs import Run
from interlock.rules.temporal.tallies import Counted
from interlock.rules.temporal.watches import Absence, Count, Hold


def dump_time(state: State) -> dict[str, JsonValue]:
    """Return what is watched as canonical JSON; equal states give equal JSON."""
    watches = state.rulebase.watches.values()
    runs, tallies, lulls = _dump_runs(state), _dump_tallies(state), _dump_lulls(state)
    return {
        **({"runs": runs} if any(isinstance(one, Hold) for one in watches) else {}),
        **({"tallies": tallies} if any(isinstance(one, Count) for one in watches) else {}),
        **({"lulls": lulls} if any(isinstance(one, Absence) for one in watches) else {}),
    }


def restore_time(state: State, data: Mapping[str, Any]) -> None:
    """Put what was dumped into a state that has its signals and facts."""
    for one in data.get("runs", ()):
        _restore_run(state, one)
    for one in data.get("tallies", ()):
        _restore_tally(state, one)
    for one in data.get("lulls", ()):
        _restore_lull(state, one)


def _dump_runs(state: State) -> JsonValue:
    return [
        {
            "watch": run.hold.name,
            "element": run.element.id,
            "since": run.since,
            "due": run.due,
            "held": run.held.id if run.held else None,
            **({"answered": True} if run.answered else {}),
        }
        for run in sorted(state.runs, key=lambda run: (run.hold.name, run.element.order))
    ]


def _restore_run(state: State, one: Mapping[str, Any]) -> None:
    hold, element = state.rulebase.watches[one["watch"]], state.elements[one["element"]]
    if not isinstance(hold, Hold):
        raise InvariantBroken(f"{hold.name} is no watch of runs")
    answered = one.get("answered", False)
    run = Run(hold, element, one["since"], one["due"], answered=answered)
    if one["held"] is not None:
        run = replace(run, held=stand_for(state, run, one["held"]))
    state.runs.put(run)
    if run.held is not None:
        state.insert(run.held)


def _dump_tallies(state: State) -> JsonValue:
    return [
        {
            "watch": group[0],
            "counted": [element.id for element in tally.elements],
            "shown": None if tally.shown is None else _dump_shown(tally.shown),
        }
        for group, tally in sorted(state.tallies, key=lambda item: repr(item[0]))
    ]


def _dump_shown(shown: Derived) -> JsonValue:
    basis = shown.basis
    return {
        "id": shown.id,
        "since": basis.since,
        "of": [list(one) for one in basis.of],
        "count": basis.count,
    }


def _restore_tally(state: State, one: Mapping[str, Any]) -> None:
    count = state.rulebase.watches[one["watch"]]
    if not isinstance(count, Count):
        raise InvariantBroken(f"{count.name} is no watch that counts")
    elements = [state.elements[element_id] for element_id in one["counted"]]
    for element in elements:
        state.tallies.add(Counted(count, element))
    shown = one["shown"]
    if shown is not None:
        of = tuple([(name, kind, position) for name, kind, position in shown["of"]])
        basis = Basis("count", shown["since"], of, shown["count"])
        group = count.group_of(elements[0])
        derived = stand_for_number(state, count, group, shown["id"], basis)
        state.tallies.show(group, derived)
        state.insert(derived)


def _dump_lulls(state: State) -> JsonValue:
    return [
        {
            "watch": lull.absence.name,
            "values": list(lull.values),
            "since": lull.since,
            "not_before": lull.not_before,
            "last": None if lull.last is None else list(lull.last),
            "held": lull.held.id if lull.held else None,
        }
        for lull in sorted(state.lulls, key=lambda lull: repr(lull.slot))
    ]


def _restore_lull(state: State, one: Mapping[str, Any]) -> None:
    values = tuple(one["values"])
    absence = state.rulebase.missable[one["watch"], values]
    last = None if one["last"] is None else tuple(one["last"])
    lull = Lull(absence, values, one["since"], one["not_before"], last)
    if one["held"] is not None:
        lull = replace(lull, held=stand_for_lull(state, lull, one["held"]))
    state.lulls.put(lull)
    if lull.held is not None:
        state.insert(lull.held)
