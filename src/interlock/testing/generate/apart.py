"""Matches with which branches side by side act on targets of their own.

A witness gives every field the first word it admits, and two branches that act on one target
stand in each other's way: the gate lets only one of them at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from interlock.language.values import Value, violation
from interlock.machines.inventory import Target
from interlock.rules.network import StartSpec
from interlock.rules.verify.witness import Laid
from interlock.testing.generate.grounds import Ground, sources


def apart(ground: Ground, start: StartSpec, targets: Mapping[str, Target]) -> Iterator[Ground]:
    """Yield a match like one in which no two inputs name one target; nothing if there is none.

    Args:
        ground: a match of the rule that starts a machine.
        start: how it does.
        targets: what there is to act on.
    """
    rows = {alias: dict(row) for alias, row in ground.rows.items()}
    used = set[Value]()
    for alias, name in sources(start.inputs).values():
        value = rows[alias].get(name)
        if value in used and isinstance(value, str) and value in targets:
            field = ground.subject.readable(alias)[name]
            free = (one for one in _alike(value, targets) if one not in used)
            value = next((one for one in free if not violation(field, one)), value)
            rows[alias][name] = value
        used |= set() if value is None else {value}
    if rows != ground.rows and Laid(ground.subject, {}).matches(rows):
        coming = tuple(
            replace(c, row=next((rows[a] for a, r in ground.rows.items() if r is c.row), c.row))
            for c in ground.coming
        )
        yield replace(ground, rows=rows, coming=coming)


def _alike(name: str, targets: Mapping[str, Target]) -> list[str]:
    """Return the targets, those of the type of one first."""
    return sorted(targets, key=lambda one: (targets[one].type != targets[name].type, one))
