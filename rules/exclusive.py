"""Exclusive groups: of the rules that want to act on one incident, one may.

The rule that already holds the group keeps it as long as it has a match; otherwise the highest
salience takes it, then the smaller rule id.  Rules compete, not matches: every match of the
holder has effect.  Groups are settled when everything else of a step is, so that no fact
depends on who won.
"""

from __future__ import annotations

from collections.abc import Iterable

from interlock.rules.activation import Activation
from interlock.rules.model import Conflict
from interlock.rules.network import Rule
from interlock.rules.state import Group, State, group_of


def settle_groups(
    state: State, touched: Iterable[Activation]
) -> tuple[list[Conflict], list[Activation]]:
    """Decide who holds each group that a step touched.

    Args:
        state: activations' ``effective`` and the holders are brought up to date.
        touched: activations formed or withdrawn in the step.

    Returns:
        The groups with losers, by group and incident; the activations that now have effect.
    """
    touched = [activation for activation in touched if activation.incident is not None]
    conflicts: list[Conflict] = []
    risen: list[Activation] = []
    for group in groups_of(touched):
        before, holder = state.holders.get(group), _hold(state, group)
        news = touched if holder == before else state.groups.of((group, holder))
        for activation in news:
            if group_of(activation) == group and _rises(state, activation, holder):
                activation.effective = True
                risen.append(activation)
        conflicts += _conflict(state, group, holder)
    return conflicts, risen


def _rises(state: State, activation: Activation, holder: str) -> bool:
    """Whether an activation in force has effect from now on."""
    in_force = state.activations.get(activation.key) is activation
    return in_force and not activation.effective and activation.rule.id == holder


def release_groups(state: State, touched: Iterable[Activation]) -> None:
    """Let go of the groups whose holder lost its last match, without a new holder."""
    for group in groups_of(touched):
        if state.holders.get(group) not in state.rivals.of(group):
            state.holders.pop(group, None)


def groups_of(activations: Iterable[Activation]) -> list[Group]:
    """Return the groups these compete for, sorted."""
    return sorted({group_of(a) for a in activations if a.incident is not None})


def _hold(state: State, group: Group) -> str:
    """Return the rule that holds a group from now on; empty when none competes."""
    rivals = state.rivals.of(group)
    if not rivals:
        state.holders.pop(group, None)
        return ""
    holder = state.holders.get(group)
    if holder is None or holder not in rivals:
        holder = min((state.rulebase.rules[rule] for rule in rivals), key=_precedence).id
        state.holders[group] = holder
    return holder


def _conflict(state: State, group: Group, holder: str) -> list[Conflict]:
    losing = sorted(rule for rule in state.rivals.of(group) if rule != holder)
    if not losing:
        return []
    winners = sorted(activation.id for activation in state.groups.of((group, holder)))
    losers = sorted(a.id for rule in losing for a in state.groups.of((group, rule)))
    name, incident = group
    return [Conflict("exclusive", name, (incident,), tuple(winners), tuple(losers), tuple(losing))]


def _precedence(rule: Rule) -> tuple[int, str]:
    return -rule.salience, rule.id
