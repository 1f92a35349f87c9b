"""RV350: two rules that may start different machines for one incident, and no group decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from interlock.language import Diagnostic
from interlock.language.expression import reads
from interlock.language.regions import meet
from interlock.rules.network import StartSpec
from interlock.rules.verify.subject import Subject, renamed
from interlock.rules.verify.witness import Laid, in_words, witness


def rival_rules(subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """Yield, at the later of two rules, elements for which both were seen to start something.

    Told only of incidents that are called after the same field of the same kind of element.
    """
    starting = [one for one in subjects if one.machines and not one.rule.shadow]
    for one, other in combinations(starting, 2):
        if _are_apart(one, other):
            continue
        for names in _shared(one, other):
            laid = (Laid(one, {}), Laid(other, names))
            region = meet(one.region, *(each.called(names).true for each in other.statements))
            rows = witness(laid, region)
            if rows is not None:
                yield _finding(one, other, in_words(rows, region, laid))
                break


def _are_apart(one: Subject, other: Subject) -> bool:
    grouped = one.rule.exclusive is not None and one.rule.exclusive == other.rule.exclusive
    return grouped or one.machines == other.machines


def _shared(one: Subject, other: Subject) -> Iterator[dict[str, str]]:
    """Yield the ways to let both incidents be called after one element."""
    if one.incident is None or other.incident is None:
        return
    apart = {pattern.alias: f"other {pattern.alias}" for pattern in other.rule.patterns}
    types = {pattern.alias: (pattern.kind, pattern.type) for pattern in one.rule.patterns}
    for named in sorted({alias for node in one.incident.nodes for alias, _ in reads(node)}):
        for pattern in other.rule.patterns:
            names = {**apart, pattern.alias: named}
            same = types.get(named) == (pattern.kind, pattern.type)
            if same and renamed(other.incident, names) == renamed(one.incident, {}):
                yield names


def _finding(one: Subject, other: Subject, example: str) -> Diagnostic:
    place = next(n for n, spec in enumerate(other.rule.consequences) if isinstance(spec, StartSpec))
    theirs, ours = ", ".join(sorted(one.machines)), ", ".join(sorted(other.machines))
    message = f"may start {ours} while {one.rule.id!r} starts {theirs} for the same incident"
    if example:
        message += f": {example}"
    hint = "put both into one `exclusive` group"
    return other.finding(("then", place, "start"), "RV350", message, hint)
