"""Elements that a rule matches: found in its region, and tried.

A region says where a rule may match; what is given here was evaluated, so it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from interlock.language.expression import Row
from interlock.language.regions import Box, Numbers, Region, Variable
from interlock.language.regions.samples import MOST_TRIES, row_of, summed_fields
from interlock.language.values import Field, Kind, Value, format_value
from interlock.rules.verify.subject import Names, Statement, Subject

Rows = Mapping[str, Row]
"""An element for each alias."""


@dataclass(frozen=True)
class Laid:
    """A rule with its elements called so."""

    subject: Subject
    names: Names

    def called(self, alias: str) -> str:
        """Return what an alias of the rule is called."""
        return self.names.get(alias, alias)

    @property
    def statements(self) -> Iterator[Statement]:
        """Every conjunct that must hold."""
        return self.subject.statements

    def fields(self) -> Iterator[tuple[str, str, Field]]:
        """Yield alias, name and declaration of every field of its elements."""
        for pattern in self.subject.rule.patterns:
            for name, field in self.subject.readable(pattern.alias).items():
                yield self.called(pattern.alias), name, field

    def matches(self, rows: Rows) -> bool:
        """Whether the rule matches these elements and nothing among them forbids it."""
        env = {p.alias: rows[self.called(p.alias)] for p in self.subject.rule.patterns}
        if not all(one.test(env[one.owner], env) is True for one in self.statements):
            return False
        return not any(self._forbids(n, rows, env) for n in range(len(self.subject.negations)))

    def _forbids(self, number: int, rows: Rows, env: Rows) -> bool:
        group = self.subject.negations[number]
        negated = self.subject.rule.negations[number]
        others = [row for alias, row in rows.items() if alias not in set(map(self.called, env))]
        return any(
            row["name"] == negated.declared
            and not any(one.test(row, env) is False for one in group)
            for row in others
        )


def witness(rules: Sequence[Laid], region: Region, words: Sequence[str] = ()) -> Rows | None:
    """Return elements that all these rules match at once, or None where none were found.

    Args:
        rules: the rules with their elements called so that shared ones have one name.
        region: where all of them may match.
        words: texts to try first where any will do.
    """
    return next(witnesses(rules, region, words), None)


def witnesses(rules: Sequence[Laid], region: Region, words: Sequence[str] = ()) -> Iterator[Rows]:
    """Yield elements that all these rules match at once; arguments as for ``witness``."""
    tries = (rows for box in region for rows in _tries(rules, box, words))
    return (rows for rows in tries if all(one.matches(rows) for one in rules))


def _tries(rules: Sequence[Laid], box: Box, words: Sequence[str]) -> Iterator[Rows]:
    types = {
        one.called(pattern.alias): pattern.declared
        for one in rules
        for pattern in one.subject.rule.patterns
    }
    paces = dict.fromkeys((*_PACES, *_edges(box)) if len(types) > 1 else _PACES[:1])
    for numbers, pace in product(_mixes(box), paces):
        rows: dict[str, dict[str, Value]] = {alias: {} for alias in types}
        for alias, name, field in _all_fields(rules):
            number = numbers.get((alias, name), numbers["", ""])
            rows[alias] |= row_of(box, alias, {name: field}, number, words)
        for place, (alias, row) in enumerate(rows.items()):
            row["name"] = types[alias]
            if "status" in row:
                row["status"] = "firing"  # nothing else matches
            if Variable("field", alias, "at") not in box:
                row["at"] = pace * place
            if Variable("field", alias, "since") not in box:
                row["since"] = row["at"]  # of what lasts
        if _is_whole(rules, rows):
            yield rows


def _is_whole(rules: Sequence[Laid], rows: Rows) -> bool:
    """Whether every element has all it must have: a pattern may admit none of what is tried."""
    return all(one.optional or name in rows[alias] for alias, name, one in _all_fields(rules))


_PACES = (0, 1_000, -1_000, 60_000, -60_000, 900_000)
"""How long after one element the next is tried to come, ms."""


def _mixes(box: Box) -> Iterator[Mapping[tuple[str, str], int]]:
    """Yield which sample of each field to try; fields that are added up, each with each."""
    for number in range(MOST_TRIES):
        yield {("", ""): number}
    summed = summed_fields(box)
    if 1 < len(summed) <= _MOST_MIXED:
        for numbers in product(range(MOST_TRIES), repeat=len(summed)):
            yield {("", ""): 0, **dict(zip(summed, numbers, strict=True))}


_MOST_MIXED = 3
"""Fields of which every mix of samples is tried."""


def _edges(box: Box) -> Iterator[int]:
    """Yield how far apart two elements may just be, where a box speaks of sums, either way."""
    for variable, values in box.items():
        spans = (
            values.held.spans if variable.sort == "sum" and isinstance(values.held, Numbers) else ()
        )
        for edge in (edge for span in spans for edge in span if abs(edge) <= _LONGEST_MS):
            yield from (edge, -edge)


_LONGEST_MS = 30 * 24 * 3_600_000


def in_words(rows: Rows, region: Region, rules: Sequence[Laid]) -> str:
    """Return those fields of some elements that a region speaks of, for people."""
    spoken = {variable for box in region for variable in box if variable.sort == "field"}
    found = {
        f"{alias}.{name} is {format_value(rows[alias][name], field.type)!r}"
        if field.type.kind is Kind.STRING
        else f"{alias}.{name} is {format_value(rows[alias][name], field.type)}"
        for alias, name, field in _all_fields(rules)
        if Variable("field", alias, name) in spoken and name in rows[alias]
    }
    return ", ".join(sorted(found))


def _all_fields(rules: Iterable[Laid]) -> Iterator[tuple[str, str, Field]]:
    return (field for one in rules for field in one.fields())
