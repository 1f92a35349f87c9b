"""Turns a case into something to ask the worker, and its answer into an opinion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from interlock.engine.crosscheck.docket import FULL_BLAME, Case, NoOpinion, Opinion
from interlock.errors import InvariantBroken
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.pack import CagedPack
from interlock.rules.caged.plan import NumberedMatch

Answer: TypeAlias = "list[NumberedMatch] | str"
"""What the worker says of an evaluation: its matches, or why it refused."""


@dataclass(frozen=True, slots=True)
class Question:
    """A case that is to be asked.

    Attributes:
        case: the case.
        pack: its pack.
        request: the evaluation as the worker takes it.
    """

    case: Case
    pack: CagedPack
    request: bytes

    def opinion(self, answer: Answer) -> Opinion:
        """Return what an answer means."""
        if isinstance(answer, str):
            return NoOpinion(answer)
        try:
            return self.pack.matches(self.case.evaluation, answer)
        except InvariantBroken as fault:
            return NoOpinion(str(fault))


def put(case: Case) -> Question | NoOpinion:
    """Return the question of a case, or why it is not asked."""
    if case.pack is None:
        return NoOpinion("its rules are no longer loaded")
    if case.blame >= FULL_BLAME:
        return NoOpinion(case.suspicion)
    try:
        return Question(case, case.pack, case.pack.request(case.evaluation))
    except Uncageable as refusal:
        return NoOpinion(str(refusal))


def opinions(
    questions: Sequence[Question | NoOpinion], answers: Sequence[Answer]
) -> Iterator[Opinion]:
    """Yield the opinions in order, up to the first question without an answer."""
    left = iter(answers)
    for question in questions:
        if isinstance(question, NoOpinion):
            yield question
        elif (answer := next(left, None)) is not None:
            yield question.opinion(answer)
        else:
            return
