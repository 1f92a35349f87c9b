"""Incidents: firings open, join and leave them; machines move them; effects are carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.digest import canonical, derive_id
from interlock.engine.fold import evidence, fork, questions, undo, waiting
from interlock.engine.fold.intents import COMPENSATED, abandon
from interlock.engine.fold.state import Incident
from interlock.engine.fold.steps import begin
from interlock.engine.fold.turn import Event, Turn
from interlock.engine.rows import TransitionRow
from interlock.errors import InvariantBroken, NotPermitted
from interlock.machines.definition import Trigger
from interlock.machines.effects import (
    Ask,
    AwaitSignal,
    CancelTimers,
    Close,
    Effect,
    Fork,
    Notify,
    RunAction,
    SetContext,
    SetTimer,
    Step,
    Stuck,
    Undo,
)
from interlock.machines.inputs import check_values
from interlock.rules.model import Firing, StartMachine

STUCK = "stuck"
"""Outcome of an incident whose machine could not go on; a human must look."""

TITLE_BYTES = 1_024
"""What a firing says is carried along up to this many canonical bytes; the whole is in the
journal.  So many are never left out of a decision, so that an older store can be given it, too."""

MAX_EVENTS = 1_000
"""Events one entry may bring one machine before the fold gives its incident up."""


def open_or_join(turn: Turn, firing: Firing, start: StartMachine) -> None:
    """Open an incident for a firing, or add the firing to the one that is open."""
    state = turn.state
    place = f"{start.machine}/{start.incident}"
    incident = state.incidents.get(state.by_key.get(place, ""))
    if incident is None:
        incident = _open(turn, firing, start)
        if incident is None:
            return
        state.by_key[place] = incident.id
        support(turn, incident, firing)
        runtime = turn.bundle_of(incident).runtimes[incident.machine]
        cause = {"kind": "firing", "firing": firing.id, "rule": firing.rule}
        carry_out(turn, incident, runtime.start(incident, _env(incident)), cause)
    else:
        support(turn, incident, firing)
        turn.note("joined", incident=incident.id, firing=firing.id)


def _open(turn: Turn, firing: Firing, start: StartMachine) -> Incident | None:
    bundle = turn.state.bundle
    if bundle is None:
        raise InvariantBroken("a firing without a bundle")
    machine = bundle.machinebase.machines[start.machine]
    try:
        context = check_values(machine.context, start.inputs, shapes=None, owner=machine.id)
    except NotPermitted as refusal:
        turn.note("not_started", firing=firing.id, machine=machine.id, reason=str(refusal))
        return None
    incident = Incident(
        id=derive_id("inc", machine.id, start.incident, turn.seq, len(turn.folded.incidents)),
        key=start.incident,
        machine=machine.id,
        bundle=bundle.digest,
        state="",
        severity=bundle.rulebase.rules[firing.rule].severity or "",
        opened_at=turn.at,
        opened_seq=turn.seq,
        context=context,
        rule=firing.rule,
        why=firing.why if len(canonical(firing.why)) <= TITLE_BYTES else "",
    )
    turn.state.incidents[incident.id] = incident
    turn.touch(incident)
    turn.note(
        "opened",
        incident=incident.id,
        key=incident.key,
        machine=machine.id,
        version=machine.version,
        digest=machine.digest,
        severity=incident.severity,
        context=context,
        firing=firing.id,
    )
    return incident


def support(turn: Turn, incident: Incident, firing: Firing) -> None:
    """Let a firing hold an incident, in place of the one it supersedes."""
    state = turn.state
    kept = tuple(s for s in incident.supports if s != firing.supersedes)
    if firing.supersedes is not None:
        incident.evidence = evidence.without(incident, firing.supersedes)
        state.supports.pop(firing.supersedes, None)
    incident.supports = (*kept, firing.id)
    state.supports[firing.id] = incident.id
    rely(turn, incident, firing)


def rely(turn: Turn, incident: Incident, firing: Firing) -> None:
    """Let what an incident does from here on rest on a firing, and on what holds it.

    What held it once and has gone, or was sent to it before, no longer counts.
    """
    held = (ground for ground in incident.evidence if ground[0] in incident.supports)
    incident.evidence = (*held, *evidence.of(firing, turn.at))
    incident.agree_at = max(incident.agree_at, firing.formed_at)
    disputed = turn.state.gate.disputed
    if disputed and not disputed.isdisjoint(evidence.positions(turn.state, incident)):
        incident.disputed = True
    turn.touch(incident)


def withdraw(turn: Turn, firing: str) -> None:
    """Take a firing's support away; the machine hears when it was the last."""
    incident = turn.state.incidents.get(turn.state.supports.pop(firing, ""))
    if incident is None:
        return
    incident.supports = tuple(s for s in incident.supports if s != firing)
    if incident.supports:
        incident.evidence = evidence.without(incident, firing)
    elif incident.is_open:
        turn.tell(incident.id, "rule.withdrawn", {"kind": "withdrawn", "firing": firing})
    turn.touch(incident)


# --- machines -------------------------------------------------------------------------------


def deliver(turn: Turn) -> None:
    """Let machines hear the queued events, and those that follow, in order."""
    while turn.events:
        event = turn.events.popleft()
        turn.heard[event.incident] += 1
        if turn.heard[event.incident] <= MAX_EVENTS:
            _hear(turn, event)
        elif (incident := turn.state.incidents.get(event.incident)) and incident.is_open:
            _close(turn, incident, STUCK, f"more than {MAX_EVENTS} events from one entry")


def _hear(turn: Turn, event: Event) -> None:
    incident = turn.state.incidents.get(event.incident)
    if incident is None or not incident.is_open:
        turn.note("unheard", incident=event.incident, event=event.name, reason="closed")
    elif event.moves not in (None, incident.moves):
        turn.note("unheard", incident=incident.id, event=event.name, reason="it moved on")
    elif event.name == COMPENSATED:
        undo.proceed(turn, incident, event.data)
    elif not (fork.is_under_way(turn.state, incident) and _waits(turn, incident, event)):
        runtime = turn.bundle_of(incident).runtimes[incident.machine]
        step = runtime.send(incident, event.name, _env(incident, event))
        if step is None:
            turn.note("unheard", incident=incident.id, event=event.name, reason=incident.state)
        else:
            carry_out(turn, incident, step, event.cause)


@dataclass(slots=True)
class _Ahead:
    """Stands in for an incident, to see where an event would lead it."""

    state: str


def _waits(turn: Turn, incident: Incident, event: Event) -> bool:
    """Let an event wait for branches under way, or be theirs; return whether it does or is."""
    runtime = turn.bundle_of(incident).runtimes[incident.machine]
    ahead = runtime.send(_Ahead(incident.state), event.name, _env(incident, event))
    if ahead is not None and ahead[0]:
        fork.leave(turn, incident, event)
        return True
    if ahead is None and event.name == Trigger.WITHDRAWN:
        fork.pass_on(turn, incident, event)
        return True
    return False


def _env(incident: Incident, event: Event | None = None) -> dict[str, Mapping[str, Any]]:
    return {
        "ctx": incident.context,
        "event": event.data if event else {},
        "outputs": event.outputs if event else {},
        "meta": {
            "incident": incident.id,
            "started_at": incident.opened_at,
            "steps": incident.finished,
        },
    }


def carry_out(turn: Turn, incident: Incident, step: Step, cause: Mapping[str, Any]) -> None:
    """Record the moves of a machine's step and carry out its effects, in order."""
    moves, effects = step
    if moves:
        waiting.end(turn, incident)
        questions.end(turn, incident, moves[0].trigger)
        abandon(turn, incident)
    for move in moves:
        incident.moves += 1
        row: dict[str, Any] = {
            "incident": incident.id,
            "n": incident.moves,
            "source": move.source,
            "trigger": move.trigger,
            "dest": move.dest,
            "why": move.why,
        }
        turn.note("moves", **row, cause=dict(cause))
        actor = str(cause.get("actor", ""))
        turn.folded.transitions.append(
            TransitionRow(seq=turn.seq, at=turn.at, machine=incident.machine, actor=actor, **row)
        )
        turn.touch(incident)
    for effect in effects:
        _effect(turn, incident, effect)


def _effect(turn: Turn, incident: Incident, effect: Effect) -> None:
    match effect:
        case RunAction(_, action, inputs) | Notify(action, inputs):
            begin(turn, incident, action, inputs)
        case AwaitSignal() | Ask() | Undo() | Fork():
            _rest(turn, incident, effect)
        case SetTimer() | CancelTimers():
            _timers(turn, incident, effect)
        case SetContext(values):
            incident.context = {**incident.context, **values}
            turn.note("context", incident=incident.id, values=dict(values))
        case Close() | Stuck():
            outcome, reason = (
                (effect.outcome, "") if isinstance(effect, Close) else (STUCK, effect.reason)
            )
            _close(turn, incident, outcome, reason)


def _rest(turn: Turn, incident: Incident, effect: AwaitSignal | Ask | Undo | Fork) -> None:
    match effect:
        case AwaitSignal():
            waiting.begin(turn, incident)
        case Ask():
            questions.ask(turn, incident, effect)
        case Undo():
            undo.start(turn, incident)
        case Fork():
            _fork(turn, incident)


def _fork(turn: Turn, incident: Incident) -> None:
    """Open the branches of the state an incident has come to, then start each."""
    for child in fork.fork(turn, incident):
        runtime = turn.bundle_of(child).runtimes[child.machine]
        cause = {"kind": "forked", "parent": incident.id, "move": incident.moves}
        carry_out(turn, child, runtime.start(child, _env(child)), cause)


def _timers(turn: Turn, incident: Incident, effect: SetTimer | CancelTimers) -> None:
    if isinstance(effect, SetTimer):
        due = turn.at + effect.delay_ms
        turn.state.timers.set(incident.id, effect.name, due)
        return
    for name in effect.names:
        turn.state.timers.cancel(incident.id, name)


def _close(turn: Turn, incident: Incident, outcome: str, reason: str) -> None:
    state = turn.state
    abandon(turn, incident)
    incident.closed_at, incident.outcome = turn.at, outcome
    waiting.end(turn, incident)
    questions.end(turn, incident, outcome)
    state.timers.cancel_all(incident.id)
    state.by_key.pop(f"{incident.machine}/{incident.key}", None)
    turn.touch(incident)
    turn.note("closed", incident=incident.id, outcome=outcome, reason=reason)
    if incident.parent:
        fork.closed(turn, incident)
        return
    family = {incident.id, *state.branches.get(incident.id, ())}
    for intent in [i for i in state.done.values() if i.incident in family]:
        del state.done[intent.id]
    for child in [one for one in fork.branches(state, incident) if one.is_open]:
        _close(turn, child, STUCK, f"{incident.id} ended {outcome}")
