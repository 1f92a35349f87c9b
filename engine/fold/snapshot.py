"""The state as canonical bytes and back: ``restore(take(state))`` folds on as ``state`` would.

A snapshot only saves time.  One of another format, from a version that remembered other things,
is passed over and the journal folded from the beginning.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.fold.intents import AT_WORK, take_up
from interlock.engine.fold.state import (
    Answered,
    Asked,
    Gate,
    Incident,
    Intent,
    State,
    Timers,
)
from interlock.engine.fold.waiting import enlist
from interlock.engine.lineage import descent
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import Evaluation, FactRow

FORMAT = 7
"""Raised whenever a state remembers something else, or otherwise."""

ASKING = 8
"""Format of a state in which a question stands; one without is written as before there were any."""

FORKED = 9
"""Format of a state in which an incident has branches."""


def is_current(data: bytes) -> bool:
    """Return whether this version can restore a snapshot."""
    return digest.decode(data).get("format") in (FORMAT, ASKING, FORKED)


def take(state: State) -> bytes:
    """Return the canonical bytes of a state."""
    return digest.canonical(
        {
            "format": FORKED if state.branches else ASKING if state.questions else FORMAT,
            **_questions(state),
            "seq": state.seq,
            "at": state.at,
            "epoch": state.epoch,
            "bundle": state.bundle.digest if state.bundle else None,
            "bundles": sorted(_needed(state)),
            "memory": state.memory.dump() if state.memory else None,
            "incidents": [_incident(i) for _, i in sorted(state.incidents.items())],
            "supports": state.supports,
            "intents": [_plain(i) for _, i in sorted(state.intents.items())],
            "done": [_plain(i) for _, i in sorted(state.done.items())],
            "gate": {
                **_plain(state.gate),
                "spent": {key: list(times) for key, times in state.gate.spent.items()},
                "disputed": sorted(state.gate.disputed),
                "changed": sorted(state.gate.changed),
            },
            "timers": state.timers.dump(),
            "evaluations": [_evaluation(e) for e in state.evaluations],
        }
    )


def _questions(state: State) -> dict[str, Any]:
    if not state.questions:
        return {}
    standing = [dataclasses.asdict(asked) for _, asked in sorted(state.questions.items())]
    return {"questions": standing}


def _asked(value: dict[str, Any]) -> Asked:
    rows = {"notices": tuple((a, _row(inputs)) for a, inputs in value["notices"])}
    answers = tuple(Answered(**_row(one)) for one in value["answers"])
    return Asked(**{**_row(value), **rows, "answers": answers})


def _needed(state: State) -> set[str]:
    """Return the bundles that decide or that an incident is pinned to."""
    current = {state.bundle.digest} if state.bundle else set()
    return current | {incident.bundle for incident in state.incidents.values()}


def restore(data: bytes, bundles: Mapping[str, Bundle]) -> State:
    """Return the state of a snapshot.

    Args:
        data: what ``take`` returned.
        bundles: compiled bundles by digest; must hold every one the snapshot names.
    """
    value = digest.decode(data)
    current = bundles[value["bundle"]] if value["bundle"] else None
    state = State(
        seq=value["seq"],
        at=value["at"],
        epoch=value["epoch"],
        bundle=current,
        bundles={name: bundles[name] for name in value["bundles"]},
        memory=WorkingMemory.load(current.rulebase, value["memory"], evaluations=True)
        if current
        else None,
        supports=value["supports"],
        timers=Timers.load(value["timers"]),
        evaluations=deque(_load_evaluation(e) for e in value["evaluations"]),
    )
    state.incidents = {i["id"]: _load_incident(i) for i in value["incidents"]}
    state.intents = {i["id"]: Intent(**_tuples(i, "inputs", "outputs")) for i in value["intents"]}
    state.done = {i["id"]: Intent(**_tuples(i, "inputs", "outputs")) for i in value["done"]}
    gate = value["gate"]
    gate["spent"] = {key: deque(times) for key, times in gate["spent"].items()}
    gate["disputed"] = set(gate["disputed"])
    gate["changed"] = set(gate["changed"])
    state.gate = Gate(**gate)
    state.questions = {q["incident"]: _asked(q) for q in value.get("questions", ())}
    _reindex(state)
    return state


def _reindex(state: State) -> None:
    """Rebuild what follows: who is open under which key, whose branch, who waits, at work."""
    for incident in state.incidents.values():
        if incident.is_open:
            enlist(state, incident)
        if incident.is_open and not incident.parent:
            state.by_key[f"{incident.machine}/{incident.key}"] = incident.id
    children = [one for one in state.incidents.values() if one.parent]
    for child in sorted(children, key=_birth(state)):
        state.branches[child.parent] = (*state.branches.get(child.parent, ()), child.id)
    for intent in state.intents.values():
        if intent.phase in AT_WORK:
            take_up(state, intent)


def _birth(state: State) -> Callable[[Incident], tuple[int, int]]:
    """Return what sorts the branches of one incident: when forked, which place there."""

    def key(child: Incident) -> tuple[int, int]:
        born = descent(child.id)
        forked = state.bundles[child.bundle].machinebase.definitions[child.machine].forked
        return born.move if born else 0, forked.number if forked else 0

    return key


def _incident(incident: Incident) -> dict[str, Any]:
    plain = _plain(incident)
    if incident.leaving is None:
        del plain["leaving"]
    return plain


def _load_incident(value: dict[str, Any]) -> Incident:
    incident = Incident(**_tuples(value, "context"))
    if incident.leaving is not None:
        incident.leaving["data"] = _row(incident.leaving["data"])
    return incident


def _plain(item: Incident | Intent | Gate) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}


def _tuples(item: dict[str, Any], *rows: str) -> dict[str, Any]:
    """Give lists back the immutable form they had; JSON does not tell the two apart."""
    return {key: _row(value) if key in rows else _tuple(value) for key, value in item.items()}


def _row(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in values.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value


def _evaluation(e: Evaluation) -> dict[str, Any]:
    return {
        "position": e.position,
        "pack": e.pack,
        "facts": [{"id": f.id, "type": f.type, "fields": dict(f.fields)} for f in e.facts],
        "focus": e.focus,
        "matches": e.matches,
        "too_large": e.too_large,
    }


def _load_evaluation(value: dict[str, Any]) -> Evaluation:
    facts = tuple(
        FactRow(f["id"], f["type"], {k: _tuple(v) for k, v in f["fields"].items()})
        for f in value["facts"]
    )
    matches = _tuple(value["matches"])
    return Evaluation(
        value["position"], value["pack"], facts, value["focus"], matches, value["too_large"]
    )
