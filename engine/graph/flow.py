"""Who causes what: signals → rules → facts → rules → machines → actions."""

from __future__ import annotations

from typing import assert_never

from interlock.engine.bundle import Bundle
from interlock.engine.graph.model import Draft, Graph, Node, NodeId, node_id
from interlock.machines.actions import ActionType
from interlock.machines.definition import FinalState, Machine, RunState, WaitState
from interlock.machines.wait import Wait
from interlock.rules.network import (
    AdviseSpec,
    AssertSpec,
    ConsequenceSpec,
    Pattern,
    Rule,
    SendSpec,
    StartSpec,
)
from interlock.rules.temporal.watches import Absence, TimedPattern


def rules_graph(bundle: Bundle) -> Graph:
    """Return the rules with what they read and what they lead to."""
    draft = Draft()
    _add_rules(draft, bundle)
    return draft.finished("rules", down=False)


def flow_graph(bundle: Bundle) -> Graph:
    """Return the rules, the machines they start and the actions those run."""
    draft = Draft()
    _add_rules(draft, bundle)
    for machine in bundle.machinebase.machines.values():
        _add_machine(draft, machine)
    for action in bundle.machinebase.actions.values():
        _add_action(draft, action)
    return draft.finished("flow", down=False)


def _add_rules(draft: Draft, bundle: Bundle) -> None:
    for rule in bundle.rulebase.productions.values():
        for pattern in (*rule.patterns, *rule.negations):
            draft.node(_element(pattern))
    for rule in bundle.rulebase.productions.values():
        _add_rule(draft, bundle, rule)


def _add_rule(draft: Draft, bundle: Bundle, rule: Rule) -> None:
    note = f"{rule.title} (shadow)" if rule.shadow else rule.title
    here = draft.node(Node("rule", rule.id, note, f"{rule.path}:{rule.line}"))
    for pattern in rule.patterns:
        is_missed = isinstance(pattern, TimedPattern) and isinstance(pattern.watch, Absence)
        draft.edge(_element(pattern).id, here, "absent" if is_missed else "", dashed=is_missed)
    for pattern in rule.negations:
        draft.edge(_element(pattern).id, here, "not", dashed=True)
    for spec in rule.consequences:
        _add_consequence(draft, bundle, here, spec)


def _add_consequence(draft: Draft, bundle: Bundle, rule: NodeId, spec: ConsequenceSpec) -> None:
    machines = bundle.machinebase.machines
    match spec:
        case AssertSpec():
            draft.edge(rule, draft.node(Node("fact", spec.fact)), "asserts")
        case StartSpec():
            draft.edge(rule, draft.node(_machine(machines[spec.machine])), "starts")
        case SendSpec():
            for machine in machines.values():
                if spec.event in machine.events:
                    draft.edge(rule, draft.node(_machine(machine)), f"sends {spec.event}")
        case AdviseSpec():
            pass  # people are no part of the graph
        case _:
            assert_never(spec)


def _add_machine(draft: Draft, machine: Machine) -> None:
    here = draft.node(_machine(machine))
    for _, state in machine.whole.values():
        match state:
            case RunState():
                draft.edge(here, node_id("action", state.action), "runs")
            case FinalState():
                for notice in state.notices:
                    draft.edge(here, node_id("action", notice.action), "notifies")
            case WaitState():
                draft.edge(draft.node(_read(state.wait)), here, "waits", dashed=True)
            case _:
                pass


def _add_action(draft: Draft, action: ActionType) -> None:
    risk = "" if action.risk == "none" else f"risk {action.risk}"
    here = draft.node(Node("action", action.name, risk))
    if action.rollback is not None:
        draft.edge(here, node_id("action", action.rollback.action), "taken back by", dashed=True)


def _element(pattern: Pattern) -> Node:
    return Node("fact" if pattern.kind.value == "fact" else "signal", pattern.declared)


def _read(wait: Wait) -> Node:
    return Node("fact" if wait.element == "fact" else "signal", wait.name)


def _machine(machine: Machine) -> Node:
    return Node("machine", machine.id, machine.title)
