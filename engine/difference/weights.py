"""Which way a changed key goes: what a reviewer should look at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from interlock.engine.difference.model import Detail, What
from interlock.language.values import parse_decimal, parse_duration

RISKS: Final = ("none", "low", "medium", "high")
"""From harmless to dangerous."""

_LOOSER_WHEN_MORE = ("max", "evidence_max_age", "attempts")
_TIGHTER_WHEN_MORE = ("per", "consecutive", "quorum")
_GUARDS = ("verify", "requires", "rates", "question", "evidence_max_age")
"""Parts that only keep things from happening: without them there is more that may."""


def weighed(detail: Detail) -> Detail:
    """Return a detail of a machine or an action with the way it goes."""
    last = detail.key.rpartition(".")[2]
    if last == "risk":
        return _risk(detail)
    if last == "reversible":
        return replace(detail, raises_risk=detail.after == "no")
    if last in _LOOSER_WHEN_MORE or last in _TIGHTER_WHEN_MORE:
        return _amount(detail, last)
    if detail.before is None or detail.after is None:
        return _presence(detail)
    return detail


def _risk(detail: Detail) -> Detail:
    order: Mapping[str | None, int] = {risk: number for number, risk in enumerate(RISKS)}
    rises = order.get(detail.after, 0) > order.get(detail.before, 0)
    return replace(detail, raises_risk=rises)


def _amount(detail: Detail, last: str) -> Detail:
    before, after = _number(detail.before), _number(detail.after)
    if before is None or after is None:
        return _presence(detail)
    more = (after > before) == (last in _LOOSER_WHEN_MORE)
    return replace(detail, what=What.LOOSENED if more else What.TIGHTENED)


def _presence(detail: Detail) -> Detail:
    """Weigh a key that came or went, where it belongs to a guard."""
    if not any(part in _GUARDS for part in detail.key.split(".")):
        return detail
    return replace(detail, what=What.LOOSENED if detail.after is None else What.TIGHTENED)


def _number(text: str | None) -> Decimal | None:
    for read in (_decimal, _duration):
        try:
            return read(text or "")
        except ValueError:
            continue
    return None


def _decimal(text: str) -> Decimal:
    units, scale = parse_decimal(text)
    return Decimal(units).scaleb(-scale)


def _duration(text: str) -> Decimal:
    return Decimal(parse_duration(text))
