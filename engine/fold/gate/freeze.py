"""Freeze: nothing in a frozen scope acts; what is waiting stays held until thawed."""

from __future__ import annotations

from collections.abc import Container

from interlock.engine.fold.gate.model import Finding, Outcome, Request
from interlock.engine.fold.state import Gate

GLOBAL = "global"
"""The scope that covers everything."""

SCOPES = ("machine", "action", "executor", "target", "incident")
"""Kinds of narrower scope, written ``kind:name``, e.g. ``executor:command``."""


def scopes_of(**names: str | None) -> tuple[str, ...]:
    """Return the scopes that cover an action, the widest first.

    Args:
        names: kind of scope to the action's name of that kind; None where it has none.
    """
    return (GLOBAL, *(f"{kind}:{names[kind]}" for kind in SCOPES if names.get(kind) is not None))


def is_scope(text: str) -> bool:
    """Return whether a text names a scope."""
    kind, _, name = text.partition(":")
    return text == GLOBAL or (kind in SCOPES and bool(name))


def frozen_by(scopes: tuple[str, ...], freezes: Container[str]) -> str | None:
    """Return the first of the scopes that is frozen, or None."""
    return next((scope for scope in scopes if scope in freezes), None)


def freeze(request: Request, gate: Gate, now: int) -> Finding:
    """Hold whatever a freeze covers; notifications go out all the same."""
    numbers: dict[str, int | str | None] = {"freezes": len(gate.freezes)}
    if request.notifies:
        return Finding("freeze", Outcome.PASS, "notifications are never frozen", numbers)
    scope = frozen_by(request.scopes, gate.freezes)
    if scope is None:
        return Finding("freeze", Outcome.PASS, "nothing here is frozen", numbers)
    by = gate.freezes[scope]
    reason = f"{scope} is frozen by {by['actor']}: {by['reason']}"
    return Finding("freeze", Outcome.HOLD, reason, {"since": by["at"], "for_ms": now - by["at"]})
