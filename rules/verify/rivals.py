"""RV350: two rules that may start different machines for one incident, and no group decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from interlock.language import Diagnostic
from interlock.language.expression import reads
from interlock.language.regions import Region, meet
from interlock.rules.network import Pattern, StartSpec
from interlock.rules.temporal.watches import Absence, TimedPattern
from interlock.rules.verify.subject import Subject, renamed
from interlock.rules.verify.witness import Laid, Rows, in_words, witness


@dataclass(frozen=True)
class Rivals:
    """Two rules that both match some elements and start different machines for one incident.

    Attributes:
        one, other: the rules, by id.
        laid: both as they lie on the elements.
        region: where both may match.
        rows: elements that both were seen to match.
    """

    one: Subject
    other: Subject
    laid: tuple[Laid, Laid]
    region: Region
    rows: Rows

    def finding(self) -> Diagnostic:
        """Return it at the later rule."""
        place = next(
            n for n, spec in enumerate(self.other.rule.consequences) if isinstance(spec, StartSpec)
        )
        theirs, ours = (", ".join(sorted(one.machines)) for one in (self.one, self.other))
        message = (
            f"may start {ours} while {self.one.rule.id!r} starts {theirs} for the same incident"
        )
        example = in_words(self.rows, self.region, self.laid)
        if example:
            message += f": {example}"
        hint = "put both into one `exclusive` group"
        return self.other.finding(("then", place, "start"), "RV350", message, hint)


def rival_rules(subjects: Sequence[Subject], words: Sequence[str] = ()) -> Iterator[Rivals]:
    """Yield pairs of rules with elements for which both were seen to start something.

    Told only of incidents that are called after the same field of the same kind of element.

    Args:
        subjects: the rules, sorted by id.
        words: texts to try first where any will do.
    """
    starting = [one for one in subjects if one.machines and not one.rule.shadow]
    told: set[tuple[str, str]] = set()
    for one, other in combinations(starting, 2):
        pair = one.rule.id, other.rule.id
        if pair in told or _are_apart(one, other):
            continue
        for names in _shared(one, other):
            laid = (Laid(one, {}), Laid(other, names))
            region = meet(one.region, *(each.called(names).true for each in other.statements))
            rows = witness(laid, region, words)
            if rows is not None:
                told.add(pair)
                yield Rivals(one, other, laid, region, rows)
                break


def _are_apart(one: Subject, other: Subject) -> bool:
    grouped = one.rule.exclusive is not None and one.rule.exclusive == other.rule.exclusive
    return grouped or one.machines == other.machines


def _shared(one: Subject, other: Subject) -> Iterator[dict[str, str]]:
    """Yield the ways to let both incidents be called after one element; none after an absence."""
    if one.incident is None or other.incident is None:
        return
    apart = {pattern.alias: f"other {pattern.alias}" for pattern in other.rule.patterns}
    types = {p.alias: (p.kind, p.declared) for p in one.rule.patterns if not _is_missed(p)}
    for named in sorted({alias for node in one.incident.nodes for alias, _ in reads(node)}):
        for pattern in other.rule.patterns:
            names = {**apart, pattern.alias: named}
            same = types.get(named) == (pattern.kind, pattern.declared)
            if (
                same
                and not _is_missed(pattern)
                and renamed(other.incident, names) == renamed(one.incident, {})
            ):
                yield names


def _is_missed(pattern: Pattern) -> bool:
    """Whether it is met by what is listed, which no region knows of."""
    return isinstance(pattern, TimedPattern) and isinstance(pattern.watch, Absence)
