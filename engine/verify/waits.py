"""RV301, RV302: what a machine waits for is always there, or never comes."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.engine.verify.whole import Fields, Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.expression import Scope, conjuncts, parse, print_expression
from interlock.language.expression.check import resolve
from interlock.language.regions import NOWHERE, all_true, truth_of
from interlock.machines.definition import WaitState
from interlock.machines.verify import MachineSubject


def certain_waits(whole: Whole) -> Iterator[Diagnostic]:
    """Yield the waits of which something is certain, whatever signal or fact comes."""
    for machine in whole.parts:
        for state in machine.machine.states.values():
            if isinstance(state, WaitState) and state.wait.where is not None:
                base = whole.rulebase
                named = base.signal_types if state.wait.element == "signal" else base.fact_types
                yield from _of_wait(machine, state, named[state.wait.name].readable)


def _of_wait(machine: MachineSubject, state: WaitState, fields: Fields) -> Iterator[Diagnostic]:
    text = "" if state.wait.where is None else state.wait.where.text
    scope = Scope(fields, {"ctx": machine.machine.context})
    loc = (*machine.places[state.path], "wait", "where")
    parts = [
        (node, truth_of(resolve(node, scope, []), {"": "it"})) for node in conjuncts(parse(text))
    ]
    for node, truth in parts:
        if truth.true == NOWHERE:
            message = f"{print_expression(node)!r} is never true"
            yield machine.finding(loc, "RV302", message, "nothing ends the wait", "error")
            return
        if truth.not_true == NOWHERE:
            message = f"{print_expression(node)!r} is always true"
            yield machine.finding(loc, "RV301", message, "leave it out")
    if all_true([truth for _, truth in parts]).true == NOWHERE:
        message = f"{text!r} is never true as a whole"
        yield machine.finding(loc, "RV302", message, "nothing ends the wait", "error")
