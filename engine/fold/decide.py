"""Fold one entry: the entry point, and what each kind of entry does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.fold import facts, fork, incidents, questions, steps
from interlock.engine.fold.admission import rejudge
from interlock.engine.fold.checks import observed
from interlock.engine.fold.disputes import dispute
from interlock.engine.fold.firings import take
from interlock.engine.fold.gate.model import HOLDING
from interlock.engine.fold.hearing import Heard, absorb, hear
from interlock.engine.fold.state import NEVER, State
from interlock.engine.fold.turn import Folded, Turn
from interlock.engine.lineage import root_of
from interlock.engine.model import Body, Entry, Kind
from interlock.engine.rows import AnnotationRow
from interlock.errors import InvariantBroken
from interlock.machines.definition import BREACH, timer_event
from interlock.rules.memory import WorkingMemory

Bundles = Mapping[str, Bundle]

LATE_MS = 10_000
"""How late a timer may come; later, the process was stopped, or the clock was set forward."""

LISTEN_MS = 30_000
"""How long what fell due while nobody was there is put off."""

_STARTS = (Kind.BUNDLE, Kind.STARTED)

_OURS = ("look", "retry")
"""Timers that say when we do something, not how long we wait for others."""

NOTHING = Folded()
"""What a signal led to that changed nothing: this very one, so that it can be told at once."""


def fold(state: State, entry: Entry, bundles: Bundles) -> Folded:
    """Fold one input entry into the state and return what it led to.

    Args:
        state: the state after the entry before; changed in place.
        entry: any kind but ``decision``; its position may skip those of decisions.
        bundles: compiled bundles by digest; must hold what a ``bundle`` entry names.

    Returns:
        The decision body, if any, with rows and dispatches.  Equal states, entries and
        bundles give equal results on every machine.

    Raises:
        InvariantBroken: the entry is out of order, or our own code is wrong.
    """
    if entry.seq <= state.seq:
        raise InvariantBroken(f"entry {entry.seq} after {state.seq}: out of order")
    heard: Heard | None = None
    if entry.kind is Kind.SIGNAL and next_due(state) > entry.at:
        heard = hear(state, entry)
        if heard is None:
            state.seq, state.at = entry.seq, entry.at
            return NOTHING
    turn = Turn(state, entry.seq, entry.at)
    if heard is None:
        if entry.kind in _STARTS or turn.at - state.timers.next_due() > LATE_MS:
            # Nobody was there to look, answer or listen: let them have a chance first.
            state.timers.put_off(turn.at, turn.at + LISTEN_MS, but=_OURS)
        if state.memory is not None and (entry.kind in _STARTS or _is_late(state, turn.at)):
            state.memory.put_off(
                now=turn.at, until=turn.at + LISTEN_MS, unheard=entry.kind is not Kind.BUNDLE
            )
        _advance(turn)
        _take(turn, entry, bundles)
    else:
        absorb(turn, heard)
    _settle(turn)
    _forget(turn)
    state.seq, state.at = entry.seq, entry.at
    return turn.finish()


def _is_late(state: State, at: int) -> bool:
    """Return whether something should have come due long ago."""
    return at - next_due(state) > LATE_MS


def _take(turn: Turn, entry: Entry, bundles: Bundles) -> None:
    if entry.kind is Kind.BUNDLE:
        _bundle(turn, bundles[entry.body["digest"]])
    elif entry.kind is not Kind.SIGNAL:
        _HANDLERS[entry.kind](turn, entry.body)
    elif (heard := hear(turn.state, entry)) is not None:
        absorb(turn, heard)


def next_due(state: State) -> int:
    """Return when time alone will change something, in ms; ``NEVER`` if it will not."""
    expiry = state.memory.next_expiry() if state.memory is not None else None
    return min(state.timers.next_due(), NEVER if expiry is None else expiry)


def _advance(turn: Turn) -> None:
    """Handle, in order of due time, what has come due before this entry."""
    state = turn.state
    while True:
        expiry = state.memory.next_expiry() if state.memory is not None else None
        if expiry is not None and expiry <= min(turn.at, state.timers.next_due()):
            assert state.memory is not None
            take(turn, state.memory.expire(now=expiry, position=turn.seq))
        elif (timer := state.timers.pop(turn.at)) is not None:
            _timer(turn, *timer)
        else:
            return
        _settle(turn)


def _timer(turn: Turn, owner: str, name: str) -> None:
    turn.note("timers", owner=owner, timer=name)
    if name.endswith(BREACH):
        machine = turn.state.incidents[owner].machine
        turn.note("breaches", incident=owner, machine=machine, state=name.removesuffix(BREACH))
    intent = turn.state.intents.get(owner)
    if intent is not None:
        steps.due(turn, intent, name)
    elif name == "hold":
        turn.tell(owner, "met", {"kind": "timer", "timer": name})
    elif name == questions.REMIND:
        questions.remind(turn, owner)
    else:
        turn.tell(owner, timer_event(name), {"kind": "timer", "timer": name})


def _settle(turn: Turn) -> None:
    """Deliver machine events and judge held intents until nothing more follows."""
    while turn.events or turn.state.gate.changed:
        incidents.deliver(turn)
        rejudge(turn)


def _forget(turn: Turn) -> None:
    """Drop closed incidents, with their branches, that no live firing or intent points to."""
    state = turn.state
    touched = {*turn.folded.incidents, *(i.incident for i in turn.folded.intents.values())}
    for name in {root_of(one) for one in touched} & state.incidents.keys():
        incident = state.incidents[name]
        if incident.is_open or incident.supports:
            continue
        family = {name, *state.branches.get(name, ())}
        if not any(intent.incident in family for intent in state.intents.values()):
            for one in family:
                del state.incidents[one]
            state.branches.pop(name, None)


# --- kinds of entry -------------------------------------------------------------------------


def _observation(turn: Turn, body: Body) -> None:
    observed(turn, body["probe"], body["data"], body["error"])


def _command(turn: Turn, body: Body) -> None:
    command, actor, text = body["command"], body["actor"], body["text"]
    incident = turn.state.incidents.get(body["incident"])
    turn.note("commands", command=command, actor=actor, incident=body["incident"], text=text)
    if command == "annotate":
        row = AnnotationRow(body["incident"], turn.seq, turn.at, actor, text)
        turn.folded.annotations.append(row)
        if incident is not None:
            incident.notes += 1
            turn.touch(incident)
    elif incident is not None and command == "acknowledge":
        for one in (incident, *fork.branches(turn.state, incident)):
            if one is incident or one.is_open:
                one.acknowledged_by = actor
                turn.touch(one)
    elif command == "answer":
        questions.take(turn, body)
    elif command == "abort":
        cause = {"kind": "command", "actor": actor, "seq": turn.seq}
        data = {"by": actor, "text": text}
        turn.tell(body["incident"], "operator.abort", cause, data=data)


def _freeze(turn: Turn, body: Body) -> None:
    scope, actor, reason = body["scope"], body["actor"], body["reason"]
    by = {"actor": actor, "reason": reason, "at": turn.at, "seq": turn.seq}
    turn.state.gate.freezes[scope] = by
    turn.note("freezes", scope=scope, actor=actor, reason=reason, frozen=True)


def _thaw(turn: Turn, body: Body) -> None:
    scope, actor, reason = body["scope"], body["actor"], body["reason"]
    turn.state.gate.freezes.pop(scope, None)
    turn.state.gate.changed.add("freeze")
    turn.note("freezes", scope=scope, actor=actor, reason=reason, frozen=False)


def _started(turn: Turn, body: Body) -> None:
    turn.state.epoch = body["epoch"]
    turn.state.gate.second_engine = body["engines"] == "both"
    turn.state.gate.changed.update(HOLDING)
    turn.note("owner", epoch=body["epoch"], engines=body["engines"])
    steps.orphaned(turn, body["decided"])


def _agreement(turn: Turn, body: Body) -> None:
    state, through = turn.state, body["through"]
    while state.evaluations and state.evaluations[0].position <= through:
        state.evaluations.popleft()
    state.gate.agreed = max(state.gate.agreed, through)
    state.gate.changed.add("agreement")


def _disagreement(turn: Turn, body: Body) -> None:
    """Leave what was formed at a position to a human: the engines differ, or one cannot say.

    The agreement that covers the position follows in an entry of its own.
    """
    dispute(turn, body["position"], body["pack"])


def _bundle(turn: Turn, bundle: Bundle) -> None:
    """Decide by another bundle from here on; open incidents keep the one they began with.

    What is known is judged by the new rules at once.  An incident whose condition they find, too,
    goes on; one whose condition they do not hears that it is withdrawn.
    """
    state = turn.state
    turn.note("activated", digest=bundle.digest)
    state.bundles[bundle.digest] = bundle
    if state.bundle is not None and state.bundle.digest == bundle.digest:
        return
    before, state.bundle = state.memory, bundle
    if before is not None and before.rulebase.digest == bundle.rulebase.digest:
        return
    state.memory = WorkingMemory(bundle.rulebase, evaluations=True)
    if before is None:
        state.memory.begin(position=turn.seq, now=turn.at)
    else:
        take(turn, state.memory.adopt(before, position=turn.seq, now=turn.at))


def _nothing(turn: Turn, body: Body) -> None:
    """Entries that are kept for the record and decide nothing."""


_HANDLERS: Mapping[Kind, Callable[[Turn, Any], None]] = {
    Kind.CONFLICT: _nothing,
    Kind.QUARANTINE: _nothing,
    Kind.TIMER: _nothing,
    Kind.RESULT: steps.finished,
    Kind.OBSERVATION: _observation,
    Kind.LEASE_LOST: steps.lost,
    Kind.RECALLED: steps.recalled,
    Kind.COMMAND: _command,
    Kind.FREEZE: _freeze,
    Kind.THAW: _thaw,
    Kind.FACT: facts.said,
    Kind.STARTED: _started,
    Kind.AGREEMENT: _agreement,
    Kind.DISAGREEMENT: _disagreement,
    Kind.FAULT: _disagreement,
}
