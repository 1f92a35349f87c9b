"""How a machine is led along a way: what executors, probes, people and signals must say.

What is composed here is a proposal; whoever writes it down plays it first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from interlock.engine.verify.counterexample.signals import Beginning, Given, signal
from interlock.engine.verify.counterexample.text import written
from interlock.engine.verify.whole import Whole
from interlock.language.document import Loc
from interlock.language.expression import (
    Binary,
    Name,
    Node,
    Row,
    Scope,
    Select,
    Unary,
    conjuncts,
    parse,
)
from interlock.language.expression.check import resolve
from interlock.language.regions import EVERYWHERE, truth_of
from interlock.language.regions.samples import row_of
from interlock.language.values import Field, Unknown, YamlValue, format_duration
from interlock.machines.actions import ActionType
from interlock.machines.definition import ApproveState, RunState, WaitState
from interlock.machines.verify import MachineSubject, written_actions
from interlock.machines.verify.routes import Edge

_SLACK_MS = 1_000
"""What an answer, a look and a decision take, and some more."""


@dataclass
class Script:
    """What is said so far, and how late it is."""

    executors: dict[str, YamlValue] = field(default_factory=dict)
    probes: dict[str, YamlValue] = field(default_factory=dict)
    humans: list[Mapping[str, YamlValue]] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    now: int = 0


def drive(
    whole: Whole,
    machine: MachineSubject,
    start: Beginning,
    way: Sequence[Edge],
    script: Script | None = None,
) -> Script:
    """Return what leads a machine along a way, from where it begins.

    Args:
        whole: the bundle.
        machine: the machine.
        start: what starts it.
        way: the branches it is to take.
        script: what is said already; this goes on from there.
    """
    script = Script() if script is None else script
    for edge in way:
        state = machine.machine.states[edge.source]
        match state:
            case RunState():
                _act(script, whole, machine.actions[state.action], (state, edge), start.context)
            case WaitState() if edge.event == "met":
                _wait(script, whole, machine, state, start.context)
            case ApproveState():
                _answer(script, state, edge)
            case _:
                pass
        script.now += _SLACK_MS + machine.delays.get(edge.event.removeprefix("after:"), 0)
    return script


def _act(
    script: Script, whole: Whole, action: ActionType, step: tuple[RunState, Edge], context: Row
) -> None:
    state, edge = step
    inputs = _inputs(state, context)
    script.executors.setdefault(action.name, _attempt(edge.event, action))
    if edge.event != "refused":
        for number, requirement in enumerate(action.requires):
            if requirement.probe is not None:
                expect = _written(whole, action.name, ("requires", number, "expect"))
                _see(script, requirement.probe.probe, _sight(expect, inputs))
    if action.verify is not None and edge.event == "done":
        expect = _written(whole, action.name, ("verify", "expect"))
        _see(script, action.verify.probe.probe, _sight(expect, inputs))
        script.now += action.verify.every_ms * action.verify.consecutive
    elif action.verify is not None and edge.event == "unverified":
        script.now += action.verify.within_ms


def _written(whole: Whole, action: str, loc: Loc) -> str:
    """Return a text of an action as its author wrote it."""
    for document in whole.documents:
        if action in written_actions(document):
            text = document.at(("actions", action, *loc))
            return text if isinstance(text, str) else "true"
    return "true"


def _attempt(event: str, action: ActionType) -> YamlValue:
    match event:
        case "failed":
            return {"fails": "BROKEN"}
        case "timed_out":
            return {"times_out": True}
        case "refused":
            return {"refuses": "not today"}
        case _:
            return {"returns": _outputs(action.outputs)}


def _outputs(fields: Mapping[str, Field]) -> dict[str, YamlValue]:
    row = row_of({}, "outputs", fields, 0)
    return {name: written(value, fields[name].type) for name, value in row.items()}


def _inputs(state: RunState, context: Row) -> Row:
    env: dict[str, Row] = {"ctx": context, "incident": {"id": "inc", "started_at": 0}}
    row = {**context, "steps": ()}
    values = {name: one.evaluate(row, env) for name, one in state.inputs.items()}
    return {name: value for name, value in values.items() if not isinstance(value, Unknown)}


def _see(script: Script, probe: str, seen: dict[str, YamlValue]) -> None:
    known = script.probes.get(probe)
    script.probes[probe] = {**known, **seen} if isinstance(known, Mapping) else seen


def _sight(expect: str, inputs: Row) -> dict[str, YamlValue]:
    """Return fields of a probe for which plain comparisons hold."""
    return dict(seen for node in conjuncts(parse(expect)) for seen in _seen(node, inputs))


def _seen(node: Node, inputs: Row) -> Iterator[tuple[str, YamlValue]]:
    match node:
        case Select(operand=Name(name="probe"), field=name):
            yield name, True
        case Unary(operator="!", operand=Select(operand=Name(name="probe"), field=name)):
            yield name, False
        case Binary(operator=operator, left=Select(operand=Name(name="probe"), field=name)):
            yield from _compared(name, operator, node.right, inputs)
        case Binary(operator=operator, right=Select(operand=Name(name="probe"), field=name)):
            yield from _compared(name, _TURNED.get(operator, operator), node.left, inputs)
        case _:
            return


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_STEPS = {"==": 0, "<=": 0, ">=": 0, ">": 1, "<": -1}
"""How many units beyond a constant a comparison holds."""


def _compared(
    name: str, operator: str, other: Node, inputs: Row
) -> Iterator[tuple[str, YamlValue]]:
    """Yield a value with which ``probe.name operator other`` holds, where that is plain."""
    if isinstance(other, Name):
        if operator == "==" and isinstance(inputs.get(other.name), str):
            yield name, str(inputs[other.name])
        return
    typed = resolve(other, Scope({}), [])
    if typed.is_constant and operator in _STEPS:
        value, step = typed.value, _STEPS[operator] * int(10**typed.type.scale)
        if step and isinstance(value, int):
            value += step
        yield name, written(value, typed.type)


def _wait(
    script: Script, whole: Whole, machine: MachineSubject, state: WaitState, context: Row
) -> None:
    """Let the signal come that a state waits for."""
    wait = state.wait
    kind = whole.rulebase.signal_types.get(wait.name)
    if wait.element != "signal" or kind is None:
        return
    row = met_by(whole, machine, state, context)
    if row is not None:
        lasting = wait.hold_ms + 5 * _SLACK_MS
        script.given.append(signal(kind, row, at=script.now, lasting_ms=lasting))
        script.now += wait.hold_ms


def met_by(whole: Whole, machine: MachineSubject, state: WaitState, context: Row) -> Row | None:
    """Return a signal that a state waits for, in an incident with this context."""
    wait = state.wait
    fields = whole.rulebase.signal_types[wait.name].readable
    region = EVERYWHERE
    if wait.where is not None:
        scope = Scope(fields, {"ctx": machine.machine.context})
        region = truth_of(resolve(parse(wait.where.text), scope, []), {"": "it"}).true
    words = [value for value in context.values() if isinstance(value, str)]
    for box in region:
        for number in range(4):
            row = row_of(box, "it", fields, number, words) | {"name": wait.name, "status": "firing"}
            if wait.key is not None and wait.key[1] in context:
                row[wait.key[0]] = context[wait.key[1]]
            if wait.holds(row, context):
                return row
    return None


def _answer(script: Script, state: ApproveState, edge: Edge) -> None:
    choice = edge.event.removeprefix("answer:")
    if choice != edge.event:
        question = state.question
        for number in range(question.quorum):
            script.humans.append(
                {
                    "on": state.path,
                    "by": f"person-{number + 1}",
                    "role": question.role,
                    "choose": choice,
                    "after": format_duration(1_000 * (number + 1)),
                }
            )
        script.now += 1_000 * (question.quorum + 1)
