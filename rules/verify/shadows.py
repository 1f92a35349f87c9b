"""RV312: a rule of an exclusive group that another one always beats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interlock.language import Diagnostic
from interlock.rules.verify.likeness import follows, layings
from interlock.rules.verify.subject import Subject, by_rule, is_plain, renamed


@dataclass(frozen=True)
class Shadow:
    """A rule and the one that always beats it."""

    under: Subject
    over: Subject

    def finding(self) -> Diagnostic:
        """Return it at the rule that never acts."""
        message = (
            f"never acts: whenever it matches, {self.over.rule.id!r} does so for the same"
            " incident, and its salience is higher"
        )
        hint = "give the narrower rule the higher salience"
        return self.under.finding(("id",), "RV312", message, hint, "error")


def shadowed_rules(subjects: Sequence[Subject]) -> Iterator[Shadow]:
    """Yield every rule whose matches are all matches of one that wins their group.

    The rule that wins must say nothing but its patterns; the one that loses may say anything
    more, which can only make it match less.
    """
    groups: dict[str, list[Subject]] = {}
    for subject in subjects:
        if subject.rule.exclusive is not None and not subject.rule.shadow:
            groups.setdefault(subject.rule.exclusive, []).append(subject)
    for group in groups.values():
        for branches in by_rule(group):
            winners = [_winner(under, group) for under in branches]
            first = winners[0]
            if first is not None and None not in winners:
                yield Shadow(branches[0], first)


def _winner(under: Subject, group: Sequence[Subject]) -> Subject | None:
    return next((over for over in group if _beats(over, under)), None)


def _beats(over: Subject, under: Subject) -> bool:
    if over.rule.salience <= under.rule.salience or over.rule.negations or not is_plain(over.rule):
        return False
    if not under.region or over.incident is None or under.incident is None:
        return False
    place = renamed(under.incident, {})
    return any(
        renamed(over.incident, names) == place and follows(over, under, names)
        for names in layings(over, under)
    )
