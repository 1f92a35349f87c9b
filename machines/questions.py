"""Compiles what an ``approve`` state asks; refuses silence that acts, and the wrong people."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language.expression import Scope
from interlock.language.values import parse_duration
from interlock.machines.asking import Question
from interlock.machines.catalogue import FAULTY, Catalogue
from interlock.machines.definition import (
    ApproveState,
    ChooseState,
    Machine,
    ParallelState,
    RunState,
    answer_event,
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


def check_questions(source: Source, machine: Machine, tree: Node, catalogue: Catalogue) -> None:
    """Report every question whose silence acts, or that asks those who may not authorise."""
    for node in tree.leaves():
        if isinstance(node.definition, ApproveDefinition):
            _check_silence(source, machine, node, catalogue)
            _check_authority(source, machine, node, catalogue)


def _check_silence(source: Source, machine: Machine, node: Node, catalogue: Catalogue) -> None:
    loc = (*node.loc, "approve")
    for one in node.timed:
        if one.at == (*loc, "expires"):
            for state in acts_at_once(machine, node.path, timer_event(one.timer.name)):
                if catalogue.actions.get(state.action, FAULTY).changes:
                    message = f"silence leads to {state.path!r}, which runs {state.action!r}"
                    hint = "lead to where nothing is done: people who say nothing agree to nothing"
                    source.report((*loc, "on_expire"), "RV606", message, hint)


def _check_authority(source: Source, machine: Machine, node: Node, catalogue: Catalogue) -> None:
    """Report a role that may not authorise the machine, or an action a choice leads to."""
    state = machine.states[node.path]
    if not isinstance(state, ApproveState):
        return
    role, loc = state.question.role, (*node.loc, "approve", "role")
    needed = {f"machine {machine.id!r}": machine.terms.authorised}
    for choice in state.question.choices:
        for run in acts_at_once(machine, node.path, answer_event(choice)):
            action = catalogue.actions.get(run.action, FAULTY)
            needed[f"action {run.action!r}"] = action.terms.authorised
    for what, authorised in needed.items():
        if authorised and role not in authorised:
            hint = f"ask one of: {', '.join(authorised)}"
            source.report(loc, "RV713", f"{role!r} may not authorise {what}", hint)


def acts_at_once(machine: Machine, path: str, event: str) -> Iterator[RunState]:
    """Yield the actions that an event in a state may lead to, through choices and forks alone."""
    yield from _acts(machine, [b.dest for b in ways_out(machine.states[path]).get(event, ())])


def _acts(machine: Machine, pending: list[str | None]) -> Iterator[RunState]:
    """Yield the actions of some states, and of those that choices and forks lead to from there."""
    seen: set[str] = set()
    while pending:
        dest = pending.pop(0)
        if dest is None or dest in seen:
            continue
        seen.add(dest)
        state = machine.states[dest]
        if isinstance(state, RunState):
            yield state
        elif isinstance(state, ChooseState):
            pending += [branch.dest for branch in state.branches]
        elif isinstance(state, ParallelState):
            for branch in state.branches.values():
                yield from _acts(branch, [branch.initial])
