"""RV301, RV302, RV610: guards that are certain, or leave nothing for others, or share by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from interlock.language import Diagnostic, Loc
from interlock.language.expression import Row, Scope, parse
from interlock.language.expression.check import resolve
from interlock.language.regions import EVERYWHERE, NOWHERE, Box, Region, Truth, meet, truth_of
from interlock.language.regions.samples import MOST_TRIES, row_of
from interlock.language.values import format_value
from interlock.machines.definition import Branch, ways_out
from interlock.machines.verify.subject import MachineSubject

_CONTEXT = {"": "ctx"}
"""A bare name of a machine is a field of its context."""


def certain_guards(subject: MachineSubject) -> Iterator[Diagnostic]:
    """Yield guards that are always or never true, and branches that can never be taken.

    A branch is written once and may be a way out of many states; it is found when there is
    none of them that it can be taken from.
    """
    seen: dict[Loc, _Standing] = {}
    for state in subject.machine.states.values():
        for branches in ways_out(state).values():
            for place, branch, truth, left in _standings(branches):
                seen.setdefault(place, _Standing(branch)).note(truth, left)
    for place, standing in seen.items():
        yield from standing.findings(subject, (*place, "if"))


class _Standing:
    """What is known of one guard so far."""

    def __init__(self, branch: Branch) -> None:
        self._text = "" if branch.guard is None else branch.guard.text
        self._never = self._always = self._beaten = True

    def note(self, truth: Truth, left: Region) -> None:
        """Take one state into account, where the branches before leave a region."""
        self._never &= truth.true == NOWHERE
        self._always &= truth.not_true == NOWHERE
        self._beaten &= meet(truth.true, left) == NOWHERE

    def findings(self, subject: MachineSubject, loc: Loc) -> Iterator[Diagnostic]:
        """Yield what is so in every state."""
        if self._never:
            message, hint = f"{self._text!r} is never true", "the branch is never taken"
            yield subject.finding(loc, "RV302", message, hint, "error")
        elif self._always:
            message = f"{self._text!r} is always true"
            hint = "the branches after it are never taken"
            yield subject.finding(loc, "RV301", message, hint)
        elif self._beaten:
            message = f"never taken: wherever {self._text!r} holds, so does a guard before it"
            yield subject.finding(loc, "RV610", message, "put the narrower guard first", "error")


def _standings(branches: Sequence[Branch]) -> Iterator[tuple[Loc, Branch, Truth, Region]]:
    """Yield each guarded branch with its truth and what the ones before leave for it."""
    left = EVERYWHERE
    for branch in branches:
        if branch.guard is None or branch.origin is None:
            return
        truth = truth_of(resolve(parse(branch.guard.text), branch.origin.scope), _CONTEXT)
        yield branch.origin.loc, branch, truth, left
        if truth.not_true != NOWHERE:  # what follows one that always holds is its echo
            left = meet(left, truth.not_true)


def shared_guards(subject: MachineSubject) -> Iterator[Diagnostic]:
    """Yield guards that were seen to hold with one before them, where neither is the narrower.

    The first is taken, so their order decides; where one is narrower that is how a special
    case is written, else it is chance.
    """
    seen: set[tuple[Loc, Loc]] = set()
    for state in subject.machine.states.values():
        for branches in ways_out(state).values():
            standings = [(loc, branch, truth) for loc, branch, truth, _ in _standings(branches)]
            for (first, one, ours), (second, other, theirs) in combinations(standings, 2):
                if (first, second) in seen or one.dest == other.dest:
                    continue
                seen.add((first, second))
                crossed = meet(ours.true, theirs.not_true) and meet(theirs.true, ours.not_true)
                example = _both(one, other, meet(ours.true, theirs.true)) if crossed else None
                if example is not None:
                    both = f"{_text(one)!r} and {_text(other)!r} both hold"
                    message = f"{both}{example}; the first is taken"
                    hint = "make one exclude the other"
                    yield subject.finding((*second, "if"), "RV610", message, hint)


def _text(branch: Branch) -> str:
    return "" if branch.guard is None else branch.guard.text


def _both(one: Branch, other: Branch, region: Region) -> str | None:
    """Return in words where two guards were seen to hold; None when they were not."""
    scope = None if other.origin is None else other.origin.scope
    if scope is None or one.guard is None or other.guard is None:
        return None
    for box in region:
        for number in range(MOST_TRIES):
            row = row_of(box, "ctx", scope.fields, number)
            around = {
                alias: row if alias == "ctx" else row_of(box, alias, fields, number)
                for alias, fields in scope.bindings.items()
            }
            if all(guard.evaluate(row, around) is True for guard in (one.guard, other.guard)):
                return _where(box, row, scope)
    return None


def _where(box: Box, row: Row, scope: Scope) -> str:
    spoken = sorted(v.name for v in box if (v.sort, v.alias) == ("field", "ctx"))
    told = [
        f"{name} is {format_value(row[name], scope.fields[name].type)}"
        for name in spoken
        if name in row
    ]
    return f" where {', '.join(told)}" if told else ""
