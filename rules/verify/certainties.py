"""RV301, RV302, RV303: conditions that say nothing, or can never be met.

Told from the declared ranges and enums, and from the conditions beside; a finding is so for
every element there can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock.language import Diagnostic, Span
from interlock.language.expression import proven
from interlock.language.regions import NOWHERE, meet
from interlock.rules.verify.subject import Statement, Subject


def certain_in_all(branches: Sequence[Subject]) -> Iterator[Diagnostic]:
    """Yield what is certain about a rule that may be several, one for each branch of its ``any``.

    A condition that all branches share is needed when one of them needs it.
    """
    alone = len(branches) == 1
    found = [
        {(f.code, f.span): f for f in certain_conditions(one, is_whole=alone)} for one in branches
    ]
    spans = [
        {s.span for group in (*one.patterns, *one.negations) for s in group} for one in branches
    ]
    told: set[tuple[str, Span]] = set()
    for each in found:
        for (code, span), one in each.items():
            sharing = (other for other, known in zip(found, spans, strict=True) if span in known)
            holds = one.severity == "error" or all((code, span) in other for other in sharing)
            if holds and (code, span) not in told:
                told.add((code, span))
                yield one


def certain_conditions(subject: Subject, *, is_whole: bool = True) -> Iterator[Diagnostic]:
    """Yield what is certain about the conditions of one rule, or of a branch of it.

    Args:
        subject: the rule, or the branch.
        is_whole: whether it is the whole rule, so that it never fires when this never matches.
    """
    said: set[Statement] = set()
    for group in (*subject.patterns, *subject.negations):
        for statement in group:
            if (found := _alone(statement, subject, is_whole=is_whole)) is not None:
                said.add(statement)
                yield found
    rest = [one for one in subject.statements if one not in said]
    yield from _together(rest, ())
    yield from _implied(rest, ())
    for group in subject.negations:
        own = [one for one in group if one not in said]
        if meet(*(one.truth.true for one in rest)) != NOWHERE:
            yield from _together(own, rest)
            yield from _implied(own, rest)


def _alone(statement: Statement, subject: Subject, *, is_whole: bool) -> Diagnostic | None:
    truth = statement.truth
    if truth.true == NOWHERE:
        never = f"{subject.rule.id} never fires" if is_whole else "the branch never matches"
        hint = never if _is_needed(statement, subject) else None
        return statement.finding("RV302", f"{statement.text!r} is never true", hint, "error")
    if truth.not_true == NOWHERE:
        return statement.finding("RV301", f"{statement.text!r} is always true", "leave it out")
    return None


def _is_needed(statement: Statement, subject: Subject) -> bool:
    return any(statement in group for group in subject.patterns)


def _together(group: Sequence[Statement], known: Sequence[Statement]) -> Iterator[Diagnostic]:
    """Yield the first conjunct that contradicts those before it."""
    region = meet(*(one.truth.true for one in known))
    before: list[Statement] = [*known]
    for statement in group:
        region = meet(region, statement.truth.true)
        if region == NOWHERE:
            other = _alone_enough(before, statement, contradicts=True)
            message = f"{statement.text!r} is never true where {other} holds"
            yield statement.finding("RV302", message, None, "error")
            return
        before.append(statement)


def _implied(group: Sequence[Statement], known: Sequence[Statement]) -> Iterator[Diagnostic]:
    """Yield each conjunct that the others make sure of; the later of two that say the same."""
    region = meet(*(one.truth.true for one in (*known, *group)))
    if region == NOWHERE:
        return
    kept = [*known, *group]
    for statement in reversed(group):
        if proven(statement.stated.node):
            continue  # others may be read because of it
        others = [one for one in kept if one is not statement]
        if others and meet(*(o.truth.true for o in others), statement.truth.not_true) == NOWHERE:
            kept = others
            cause = _alone_enough(others, statement, contradicts=False)
            message = f"{statement.text!r} follows from {cause}"
            yield statement.finding("RV303", message, "leave it out")


def _alone_enough(others: Sequence[Statement], statement: Statement, *, contradicts: bool) -> str:
    """Return the condition that decides another one, or that they do so together."""
    truth = statement.truth
    against = truth.true if contradicts else truth.not_true
    for one in others:
        if meet(one.truth.true, against) == NOWHERE:
            return repr(one.text)
    return "what stands beside it"
