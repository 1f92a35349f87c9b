"""RV301, RV302, RV610: guards that are certain, and branches that others leave nothing for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock.language import Diagnostic, Loc
from interlock.language.expression import parse
from interlock.language.expression.check import resolve
from interlock.language.regions import EVERYWHERE, NOWHERE, Region, Truth, meet, truth_of
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
