"""Matches of a rule with which choices come out as wanted where they compare two fields.

Regions know each field by itself: that one is less than another they cannot say.  So of two
fields that a choice compares, each is tried at the level of the other, a step above and below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Final, TypeAlias

from interlock.language.expression import Binary, Node, parse, reads, walk
from interlock.language.values import Field, Unknown
from interlock.machines.definition import CHOOSE, Branch, ways_out
from interlock.machines.verify import MachineSubject
from interlock.rules.network import StartSpec
from interlock.rules.verify.witness import Laid, Rows
from interlock.testing.generate.grounds import Ground, sources
from interlock.testing.generate.ways import Way

MOST_MOVED: Final = 200
"""Matches that are looked at for one."""

MOST_TRIED: Final = 2
"""Matches of those that are tried besides the one."""

_STEPS: Final = (0, 1, -1)
_COMPARED: Final = ("<", "<=", ">", ">=", "==", "!=")

_Field: TypeAlias = tuple[str, str]
"""Alias and name."""


def levelled(
    ground: Ground, machine: MachineSubject, way: Way, start: StartSpec
) -> Iterator[Ground]:
    """Yield matches like one with which the choices of a way come out, and in the end itself.

    Args:
        ground: a match of the rule that starts the machine; alone if with it they come out.
        machine: whose way it is.
        way: what is to be taken.
        start: how the rule starts the machine.
    """
    choices = [
        _Choice(ways_out(machine.machine.states[edge.source])[edge.event], edge.number)
        for edge in way
        if edge.event == CHOOSE
    ]
    known = [one for one in choices if one.read <= start.inputs.keys()]
    if not _come_out(known, start, ground.rows):
        taken = sources(start.inputs)
        named = [(left, right) for one in known for left, right in one.compared()]
        pairs = [(taken[a], taken[b]) for a, b in named if a in taken and b in taken]
        looked_at = islice(_moved(ground, pairs), MOST_MOVED)
        yield from islice((m for m in looked_at if _come_out(known, start, m.rows)), MOST_TRIED)
    yield ground


@dataclass(frozen=True, slots=True)
class _Choice:
    """Branches of which the first true one is taken, and the place of the one that is to be."""

    branches: Sequence[Branch]
    wanted: int

    def guards(self) -> list[Node]:
        """Return what decides whether the wanted one is taken."""
        some = (one.guard for one in self.branches[: self.wanted + 1])
        return [parse(guard.text) for guard in some if guard is not None]

    @property
    def read(self) -> frozenset[str]:
        """What the guards read: names of the context where they read nothing else."""
        found = {pair for guard in self.guards() for pair in reads(guard)}
        return frozenset(n if alias in ("", "ctx") else f"{alias}.{n}" for alias, n in found)

    def compared(self) -> Iterator[tuple[str, str]]:
        """Yield fields of the context that a guard compares."""
        for guard in self.guards():
            for node in walk(guard):
                if isinstance(node, Binary) and node.operator in _COMPARED:
                    left, right = sorted(reads(node.left)), sorted(reads(node.right))
                    yield from ((one, other) for (_, one), (_, other) in product(left, right))


def _come_out(choices: Sequence[_Choice], start: StartSpec, rows: Rows) -> bool:
    """Return whether each choice takes the branch that is wanted."""
    found = {name: one.value({}, rows) for name, one in start.inputs.items()}
    context = {name: value for name, value in found.items() if not isinstance(value, Unknown)}
    for choice in choices:
        if not choice.read <= context.keys():
            return False
        guards = (one.guard for one in choice.branches[: choice.wanted + 1])
        verdicts = (g is None or g.evaluate(context, {"ctx": context}) is True for g in guards)
        if next((n for n, true in enumerate(verdicts) if true), None) != choice.wanted:
            return False
    return True


def _moved(ground: Ground, pairs: Sequence[tuple[_Field, _Field]]) -> Iterator[Ground]:
    """Yield matches in which fields have another level: one of them, then two."""
    front = [ground]
    for _ in range(2):
        front = [one for base in front for pair in pairs for one in _level(base, *pair)]
        yield from front


def _level(ground: Ground, one: _Field, other: _Field) -> Iterator[Ground]:
    """Yield matches in which one of two fields stands at the other, or a step beside."""
    for (to, name), (of, base), step in (
        (*pair, step) for step in _STEPS for pair in ((other, one), (one, other))
    ):
        level = ground.rows[of].get(base)
        field = ground.subject.readable(to).get(name)
        if type(level) is not int or field is None or not _admits(field, level + step):
            continue
        row, moved = ground.rows[to], {**ground.rows[to], name: level + step}
        rows = {**ground.rows, to: moved}
        if Laid(ground.subject, {}).matches(rows):
            coming = tuple(replace(c, row=moved) if c.row is row else c for c in ground.coming)
            yield replace(ground, rows=rows, coming=coming)


def _admits(field: Field, level: int) -> bool:
    low, high = field.min, field.max
    return (low is None or low <= level) and (high is None or level <= high)
