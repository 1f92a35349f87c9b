"""Compiles what an ``approve`` state asks, and refuses silence that acts."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language.expression import Scope
from interlock.language.values import parse_duration
from interlock.machines.asking import Question
from interlock.machines.catalogue import FAULTY, Catalogue
from interlock.machines.definition import (
    ChooseState,
    Machine,
    RunState,
    timer_event,
    ways_out,
)
from interlock.machines.formula import MISSING
from interlock.machines.question_schema import QuestionDefinition
from interlock.machines.schema import ApproveDefinition
from interlock.machines.source import Source
from interlock.machines.tree import Node


def compile_question(
    source: Source, node: Node, written: QuestionDefinition, scope: Scope
) -> Question:
    """Return a question compiled, faults reported; its ways out are compiled as branches.

    Args:
        source: the document.
        node: the state that asks.
        written: what the author wrote.
        scope: what its texts may read.
    """
    loc = (*node.loc, "approve")
    lines = [
        source.line(text, (*loc, "show", number), scope) for number, text in enumerate(written.show)
    ]
    return Question(
        role=written.role,
        quorum=written.quorum,
        excluded=tuple(sorted(set(written.not_))),
        ask=source.template(written.ask, (*loc, "ask"), scope) or MISSING,
        show=tuple(line for line in lines if line is not None),
        choices=tuple(written.choices),
        reminders_ms=tuple(sorted({parse_duration(text) for text in written.remind})),
        expires_ms=written.expires_ms,
    )


def check_silence(source: Source, machine: Machine, tree: Node, catalogue: Catalogue) -> None:
    """Report every question whose ``on_expire`` leads at once to an action that changes things."""
    for node in tree.leaves():
        if isinstance(node.definition, ApproveDefinition):
            for state in _after_silence(machine, node):
                if catalogue.actions.get(state.action, FAULTY).changes:
                    message = f"silence leads to {state.path!r}, which runs {state.action!r}"
                    hint = "lead to where nothing is done: people who say nothing agree to nothing"
                    source.report((*node.loc, "approve", "on_expire"), "RV606", message, hint)


def _after_silence(machine: Machine, node: Node) -> Iterator[RunState]:
    """Yield the actions that silence may lead to, through choices alone."""
    ways, at = ways_out(machine.states[node.path]), (*node.loc, "approve", "expires")
    silence = [timer_event(one.timer.name) for one in node.timed if one.at == at]
    pending = [branch.dest for event in silence for branch in ways.get(event, ())]
    seen: set[str] = set()
    while pending:
        path = pending.pop()
        if path is None or path in seen:
            continue
        seen.add(path)
        state = machine.states[path]
        if isinstance(state, RunState):
            yield state
        elif isinstance(state, ChooseState):
            pending += [branch.dest for branch in state.branches]
