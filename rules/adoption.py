"""What carries over when other rules take the place of those that decided so far.

Live signals do, if they are still what is declared; everything else is worked out anew from
them, in one step, so that no rule fires for what a later signal would have forbidden.  A firing
with the same effect as one of before takes its place, so nothing is started or sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from interlock.language.implicit import IMPLICIT_SIGNAL_FIELDS
from interlock.language.values import Field, Value, violation
from interlock.rules.activation import Activation, Order, RepeatKey
from interlock.rules.declarations import SignalType
from interlock.rules.elements import Element
from interlock.rules.fill import effect
from interlock.rules.model import Outcome, Row
from interlock.rules.outcome import consequences_of, standing_facts
from interlock.rules.rulebase import RuleBase
from interlock.rules.state import State
from interlock.rules.turns import Holder, holder


def carried(before: State, rulebase: RuleBase, now: int) -> list[Element]:
    """Return the live signals as elements under other declarations, in the order they came.

    Left behind are those whose name, field or key is no longer declared so, and those the new
    ttl would have ended by ``now``, ms.
    """
    kept: dict[object, Element] = {}
    for old in sorted(before.elements.values(), key=_age):
        new = _redeclared(old, before.rulebase, rulebase) if old.is_signal else None
        if new is None or new.expiry is None or new.expiry <= now:
            continue
        latest = rulebase.signal_types[new.type].keep_latest
        place: object = (new.type, new.key) if latest else new.id
        if place not in kept or kept[place].seen_at <= new.seen_at:
            kept[place] = new
    return sorted(kept.values(), key=_age)


def _redeclared(old: Element, then: RuleBase, rulebase: RuleBase) -> Element | None:
    declared, was = rulebase.signal_types.get(old.type), then.signal_types[old.type]
    if declared is None or old.expiry is None or not _fits(declared, was, old.row):
        return None
    names = IMPLICIT_SIGNAL_FIELDS.keys() | declared.fields.keys()
    row = {name: value for name, value in old.row.items() if name in names}
    alphas, _ = rulebase.discriminator.passed(old.type, row)
    if not alphas:
        return None
    return Element(
        old.id,
        old.type,
        row=rulebase.shapes.pack(row),
        key=tuple([row[part] for part in declared.key]),
        alphas=alphas,
        seen_at=old.seen_at,
        said_at=old.said_at,
        expiry=old.expiry - was.ttl_ms + declared.ttl_ms,
    )


def _fits(declared: SignalType, was: SignalType, row: Row) -> bool:
    """Return whether a signal declared one way is what is declared another way, too."""
    return all(
        _same(field, was.fields.get(name), row[name]) if name in row else field.optional
        for name, field in declared.fields.items()
    )


def _same(field: Field, was: Field | None, value: Value) -> bool:
    return was is not None and was.type == field.type and violation(field, value) is None


def succession(before: State, after: State) -> dict[RepeatKey, Holder]:
    """Let cooldowns go on, and return who had a turn, where the rules count alike.

    Args:
        before: the memory under the old rules.
        after: the one that begins, still empty.
    """
    alike = {
        rule.id
        for rule in after.rulebase.rules.values()
        if (old := before.rulebase.rules.get(rule.id)) is not None
        and rule.repeats is not None
        and old.repeats is not None
        and old.repeats.once_per == rule.repeats.once_per
    }
    after.marks.update((key, one) for key, one in before.marks.items() if key[0] in alike)
    return {key: holder(one) for key, one in before.turns.items() if key[0] in alike}


def succeed(outcome: Outcome, before: State, position: int) -> Outcome:
    """Return the outcome of adopting, as what follows the firings and facts of before.

    Args:
        outcome: of the step in which the carried signals came in.
        before: the memory under the old rules.
        position: of that step; the second engine is asked about all joins there.
    """
    heirs: dict[object, list[str]] = {}
    gone_on = {firing.supersedes for firing in outcome.firings}
    for old in sorted(_effective(before), key=_agenda, reverse=True):
        if old.id in gone_on:
            continue
        heirs.setdefault((old.rule.id, effect(consequences_of(old))), []).append(old.id)
    firings = []
    for firing in outcome.firings:
        left = heirs.get((firing.rule, effect(firing.consequences)))
        supersedes = firing.supersedes or (left.pop() if left else None)
        firings.append(replace(firing, formed_at=position, supersedes=supersedes))
    return replace(
        outcome,
        firings=tuple(firings),
        withdrawn=tuple(sorted(activation.id for activation in _effective(before))),
        facts_retracted=standing_facts(before),
    )


def _effective(state: State) -> Iterator[Activation]:
    return (activation for activation in state.activations.values() if activation.effective)


def _agenda(activation: Activation) -> Order:
    return activation.agenda_order


def _age(element: Element) -> tuple[int, int]:
    return element.order
