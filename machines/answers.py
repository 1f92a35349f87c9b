"""Whether an answer to a question counts, and when enough people have answered.

Pure: the server asks before an answer is journalled, the fold when it comes to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from interlock.machines.asking import Question
from interlock.machines.question_schema import REJECT


class Given(NamedTuple):
    """What somebody answered.

    Attributes:
        actor: who.
        roles: what they answered as, sorted.
        choice: what they chose.
    """

    actor: str
    roles: tuple[str, ...]
    choice: str


def objection(question: Question, before: Sequence[Given], answer: Given) -> str | None:
    """Return why an answer does not count, or None when it does.

    Args:
        question: what was asked.
        before: the answers that counted so far.
        answer: the one that came.
    """
    if answer.choice not in question.choices:
        return f"{answer.choice!r} is no choice; there are: {', '.join(question.choices)}"
    if question.role not in answer.roles:
        as_what = f"answered as {', '.join(answer.roles)}" if answer.roles else "named no role"
        return f"only {question.role} may answer; {answer.actor} {as_what}"
    barred = sorted({answer.actor, *answer.roles} & set(question.excluded))
    if barred:
        return f"{answer.actor} may not answer: {', '.join(barred)} is excluded (four eyes)"
    if any(one.actor == answer.actor for one in before):
        return f"{answer.actor} has answered already; a second answer does not count"
    return None


def chosen(question: Question, given: Sequence[Given]) -> str | None:
    """Return the choice enough people have made, or None while there is none.

    One person is enough to reject; any other choice takes the question's quorum.
    """
    for choice in question.choices:
        needed = 1 if choice == REJECT else question.quorum
        if sum(one.choice == choice for one in given) >= needed:
            return choice
    return None
