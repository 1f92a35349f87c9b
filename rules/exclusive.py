"""Exclusive groups: of the rules that want to act on one incident, one may.

The rule that already holds the group keeps it as long as it has a match; otherwise the highest
salience takes it, then the smaller rule id.  Rules compete, not matches: every match of the
holder has effect.  Groups are settled when everything else of a step is, so that no fact
depends on who won.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    conflicts: list[Conflict] = []
    risen: list[Activation] = []
    for group in groups_of(touched):
        competing = sorted(state.groups.of(group), key=_by_id)
        holder = _holder(state, group, competing)
        for activation in competing:
            if activation.rule.id == holder and not activation.effective:
                activation.effective = True
                risen.append(activation)
        conflicts += _conflict(group, competing)
    return conflicts, risen


def release_groups(state: State, touched: Iterable[Activation]) -> None:
    """Let go of the groups whose holder lost its last match, without a new holder."""
    for group in groups_of(touched):
        competing = state.groups.of(group)
        if all(activation.rule.id != state.holders.get(group) for activation in competing):
            state.holders.pop(group, None)


def groups_of(activations: Iterable[Activation]) -> list[Group]:
    """Return the groups these compete for, sorted."""
    return sorted({group_of(a) for a in activations if a.incident is not None})


def _holder(state: State, group: Group, competing: Sequence[Activation]) -> str | None:
    rules = {activation.rule.id: activation.rule for activation in competing}
    holder = state.holders.get(group)
    if holder not in rules:
        holder = min(rules.values(), key=_precedence).id if rules else None
    if holder is None:
        state.holders.pop(group, None)
    else:
        state.holders[group] = holder
    return holder


def _conflict(group: Group, competing: Sequence[Activation]) -> list[Conflict]:
    losers = [activation for activation in competing if not activation.effective]
    if not losers:
        return []
    winners = tuple(activation.id for activation in competing if activation.effective)
    rules = tuple(sorted({activation.rule.id for activation in losers}))
    return [
        Conflict("exclusive", group[0], (group[1],), winners, tuple(a.id for a in losers), rules)
    ]


def _precedence(rule: Rule) -> tuple[int, str]:
    return -rule.salience, rule.id


def _by_id(activation: Activation) -> str:
    return activation.id
