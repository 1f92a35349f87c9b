"""Runs machines: the one door to the ``transitions`` package.

One flat ``transitions.Machine`` without models stands for each definition and is shared by
all its incidents; an incident is any object with a ``state``.  A step is all or nothing:
when it cannot be finished the state is what it was.  Nothing here acts, waits or keeps time.

Measured: 11 µs a transition, no memory per incident but the model's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, assert_never

from transitions import EventData
from transitions import Machine as FlatMachine

from interlock.language.values import Unknown, Value
from interlock.machines.asking import Notice, Question
from interlock.machines.definition import (
    CHOOSE,
    ApproveState,
    Branch,
    ChooseState,
    FinalState,
    Machine,
    ParallelState,
    RestingState,
    RunState,
    UndoState,
    WaitState,
    ways_out,
)
from interlock.machines.effects import (
    Ask,
    AwaitSignal,
    CancelTimers,
    Close,
    Effect,
    Fork,
    Moved,
    Notify,
    RunAction,
    SetContext,
    SetTimer,
    Step,
    Stuck,
    Undo,
)
from interlock.machines.formula import Env, Formula, Row
from interlock.machines.scopes import EVENT_DEFAULTS
from interlock.machines.wait import Wait

MAX_CHOICES = 50
"""Choices in a row before a step is given up as ``Stuck``."""

START = "start"
"""Trigger of the first move."""


class Model(Protocol):
    """What the runtime needs of an incident: its state, a leaf path."""

    state: str


class MachineRuntime:
    """Steps the incidents of one machine.  Thread-safe for distinct models."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._flat = _flat_machine(machine)

    def start(self, model: Model, env: Env) -> Step:
        """Enter the initial state and follow its choices.

        Args:
            model: its ``state`` is set, whatever it was.
            env: ``ctx`` (context values), ``event``, ``outputs`` and ``meta``
                (``incident``: its id, ``started_at``: ms, ``steps``: names of finished
                actions, oldest first); any may be absent.

        Returns:
            Moves and effects, in order; a single ``Stuck`` when choices do not end.
        """
        run = _Run("", env)
        first = self.machine.initial
        with _restored_on_error(model, first):
            model.state = first
            run.take("", START, Branch(dest=first, timers=self.machine.initial_timers))
            return self._settle(model, run, first)

    def send(self, model: Model, event: str, env: Env) -> Step | None:
        """Let the incident hear an event.

        Args:
            model: its ``state`` may change.
            event: a result, ``met``, ``answer:<choice>``, ``after:<timer>``,
                ``operator.abort``, ``rule.withdrawn`` or an event the machine declares.
            env: as for ``start``; ``event`` holds the event's data, ``outputs`` those of the
                action when the event is ``done`` or ``unverified``.

        Returns:
            Moves and effects in order, both empty when the machine chose to stay; None when
            the event means nothing in this state, or its data is not what the machine declares.
        """
        if event in self.machine.events and not self.machine.accepts(event, env.get("event", {})):
            return None
        before = model.state
        run = _Run(before, env)
        with _restored_on_error(model, before):
            if not self._trigger(model, event, run):
                return None
            return self._settle(model, run, before)

    def waits(self, state: str) -> Wait | None:
        """Return what a state watches for, or None when it is not a ``wait`` state."""
        found = self.machine.states[state]
        return found.wait if isinstance(found, WaitState) else None

    def question(self, state: str) -> Question | None:
        """Return what a state asks, or None when it is not an ``approve`` state."""
        found = self.machine.states[state]
        return found.question if isinstance(found, ApproveState) else None

    def hears(self, state: str) -> tuple[str, ...]:
        """Return the events that mean something in a state, sorted."""
        return tuple(sorted(ways_out(self.machine.states[state]).keys() - {CHOOSE}))

    def _trigger(self, model: Model, event: str, run: _Run) -> bool:
        known = self._flat.events.get(_event_name(event))
        if known is None or model.state not in known.transitions:
            return False
        return bool(known.trigger(model, run=run))

    def _settle(self, model: Model, run: _Run, before: str) -> Step:
        for _ in range(MAX_CHOICES + 1):
            state = self.machine.states[model.state]
            if not isinstance(state, ChooseState):
                run.rest(state)
                return run.moved, run.effects
            self._trigger(model, CHOOSE, run)
        model.state = before
        return [], [Stuck(f"more than {MAX_CHOICES} choices in a row from {before}")]


class _Run:
    """One step on its way: what has moved, what is asked for, what the context is now."""

    __slots__ = ("before", "effects", "env", "moved", "row", "unknown")

    def __init__(self, before: str, env: Env) -> None:
        context, meta = env.get("ctx", {}), env.get("meta", {})
        self.before = before
        self.row: dict[str, Value] = {**context, "steps": meta.get("steps", ())}
        self.env: dict[str, Row] = {
            "ctx": context,
            "event": {**EVENT_DEFAULTS, **env.get("event", {})},
            "outputs": env.get("outputs", {}),
            "incident": {"id": meta.get("incident", ""), "started_at": meta.get("started_at", 0)},
        }
        self.moved: list[Moved] = []
        self.effects: list[Effect] = []
        self.unknown: list[str] = []

    def holds(self, branch: Branch) -> bool:
        """Return whether a branch may be taken; an unknown guard is noted and may not."""
        if branch.guard is None:
            return True
        value = branch.guard.evaluate(self.row, self.env)
        if isinstance(value, Unknown):
            self.unknown.append(branch.guard.text)
        return value is True

    def take(self, source: str, trigger: str, branch: Branch) -> None:
        """Record a branch taken: move, timers, context."""
        values = _known(dict(branch.sets), self.row, self.env)
        if branch.dest is not None:
            why = self._reason(branch, [name for name, _ in branch.sets if name not in values])
            self.moved.append(Moved(source, trigger, branch.dest, why))
        if branch.cancels:
            self.effects.append(CancelTimers(branch.cancels))
        if values:
            self.effects.append(SetContext(values))
            self.row.update(values)
            self.env["ctx"] = {**self.env["ctx"], **values}
        self.effects.extend(SetTimer(timer.name, timer.delay_ms) for timer in branch.timers)

    def rest(self, state: RestingState) -> None:
        """Ask for what the state that was come to does."""
        if not self.moved:
            return
        match state:
            case RunState():
                inputs = _known(state.inputs, self.row, self.env)
                self.effects.append(RunAction(state.path, state.action, inputs))
            case WaitState():
                self.effects.append(AwaitSignal(state.path, state.path))
            case ApproveState():
                self._ask(state)
            case UndoState():
                self.effects.append(Undo(state.path))
            case ParallelState():
                self.effects.append(Fork(state.path))
            case FinalState():
                self._close(state)
            case _:
                assert_never(state)

    def _ask(self, state: ApproveState) -> None:
        row, question = self._told(), state.question
        text = str(question.ask.evaluate(row, self.env))
        shown = tuple(str(line.evaluate(row, self.env)) for line in question.show)
        env = {**self.env, "question": {"text": text}}
        notices = tuple(_notify(notice, row, env) for notice in state.notices)
        self.effects.append(Ask(state.path, text, shown, notices))

    def _close(self, state: FinalState) -> None:
        row = self._told()
        self.effects.extend(_notify(notice, row, self.env) for notice in state.notices)
        self.effects.append(Close(state.outcome))

    def _told(self) -> Row:
        """Return what texts for people may read: also whence the incident came, and why."""
        why = "; ".join(move.why for move in self.moved if move.why)
        return {**self.row, "from": self.before or START, "why": why}

    def _reason(self, branch: Branch, unset: list[str]) -> str:
        """Return why, in words, with the guards that were unknown and what could not be set."""
        if branch.why is not None:
            why = str(branch.why.evaluate(self.row, self.env))
        else:
            why = "" if branch.guard is None else branch.guard.text
        notes = [
            f"{what}: {', '.join(names)}"
            for what, names in (("unknown", self.unknown), ("not set", unset))
            if names
        ]
        self.unknown = []
        if not notes:
            return why
        return f"{why} ({'; '.join(notes)})" if why else "; ".join(notes)


def _notify(notice: Notice, row: Row, env: Env) -> Notify:
    return Notify(notice.action, _known(notice.inputs, row, env))


def _known(formulas: Mapping[str, Formula], row: Row, env: Env) -> dict[str, Value]:
    found = {name: formula.evaluate(row, env) for name, formula in formulas.items()}
    return {name: value for name, value in found.items() if not isinstance(value, Unknown)}


@contextmanager
def _restored_on_error(model: Model, before: str) -> Iterator[None]:
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            model.state = before


def _event_name(event: str) -> str:
    # transitions refuses a trigger named like the model's attribute ("state").
    return f"on {event}"


def _flat_machine(machine: Machine) -> FlatMachine:
    flat = FlatMachine(
        model=None,
        states=list(machine.states),
        initial=machine.initial,
        auto_transitions=False,
        send_event=True,
    )
    for path, state in machine.states.items():
        for event, branches in ways_out(state).items():
            for branch in branches:
                _add(flat, path, event, branch)
    return flat


def _add(flat: FlatMachine, source: str, event: str, branch: Branch) -> None:
    flat.add_transition(
        trigger=_event_name(event),
        source=source,
        dest=branch.dest,
        conditions=_condition(branch),
        after=_record(source, event, branch),
    )


def _condition(branch: Branch) -> Callable[[EventData], bool]:
    def holds(event: EventData) -> bool:
        run: _Run = event.kwargs["run"]
        return run.holds(branch)

    return holds


def _record(source: str, event: str, branch: Branch) -> Callable[[EventData], None]:
    def record(data: EventData) -> None:
        run: _Run = data.kwargs["run"]
        run.take(source, event, branch)

    return record
