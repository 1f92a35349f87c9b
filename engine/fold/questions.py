"""What machines ask people: a question stands until it is answered, expires or is overtaken.

An answer is a command like any other.  One that may not count (a wrong role, a person who is
excluded or has answered, a question that no longer stands) is noted and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.digest import derive_id
from interlock.engine.fold.state import Answered, Asked, Incident, State
from interlock.engine.fold.steps import begin
from interlock.engine.fold.turn import Turn
from interlock.errors import InvariantBroken
from interlock.machines import answers
from interlock.machines.answers import Given
from interlock.machines.asking import Question
from interlock.machines.definition import (
    Trigger,
    answer_event,
)
from interlock.machines.effects import Ask

REMIND = "remind"
"""Name of an incident's timer for the next reminder."""

MOST_TEXT = 2_000
"""Characters of a question: values of signals are in it, and people are to read it."""

MOST_LINE = 200
"""Characters of a line shown with it."""


def ask(turn: Turn, incident: Incident, effect: Ask) -> None:
    """Put the question of the state an incident has come to."""
    question = question_of(turn.state, incident)
    asked = Asked(
        id=derive_id("ask", incident.id, incident.moves),
        incident=incident.id,
        text=_cut(effect.text, MOST_TEXT),
        shown=tuple(_cut(line, MOST_LINE) for line in effect.shown),
        notices=tuple((one.action, dict(one.inputs)) for one in effect.notices),
        asked_seq=turn.seq,
        asked_at=turn.at,
    )
    turn.state.questions[incident.id] = asked
    turn.note(
        "asked",
        incident=incident.id,
        question=asked.id,
        move=incident.moves,
        text=asked.text,
        shown=list(asked.shown),
        role=question.role,
        quorum=question.quorum,
        choices=list(question.choices),
        expires=turn.at + question.expires_ms,
    )
    turn.touch(incident)
    _plan_reminder(turn, asked, question)
    _tell(turn, incident, asked)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def question_of(state: State, incident: Incident) -> Question:
    """Return what the state of an incident asks; it is an ``approve`` state.

    Raises:
        InvariantBroken: it is another.
    """
    runtime = state.bundles[incident.bundle].runtimes[incident.machine]
    question = runtime.question(incident.state)
    if question is None:
        raise InvariantBroken(f"{incident.id} asks nothing in {incident.state}")
    return question


def objection(state: State, question: str, incident: str, answer: Given) -> str | None:
    """Return why an answer would not count now, or None when it would.

    Args:
        state: as it stands.
        question: id of the question it is for; empty for the one that stands.
        incident: id of the incident.
        answer: what is answered, by whom.
    """
    asked = state.questions.get(incident)
    if asked is None:
        return f"{incident} asks nothing now: the question is closed, or there was none"
    if question not in ("", asked.id):
        return f"question {question} is closed; {incident} asks another one now: {asked.id}"
    return answers.objection(question_of(state, state.incidents[incident]), _given(asked), answer)


def take(turn: Turn, body: Mapping[str, Any]) -> None:
    """Take an answer; when enough people have chosen alike, let the machine hear it."""
    incident, text = body["incident"], body["text"]
    given = Given(body["actor"], tuple(body["roles"]), body["choice"])
    against = objection(turn.state, body["question"], incident, given)
    turn.note(
        "answers",
        incident=incident,
        question=body["question"],
        **given._asdict(),
        counted=against is None,
        reason=against or "",
    )
    if against is not None:
        return
    asked = turn.state.questions[incident]
    asked.answers = (*asked.answers, Answered(*given, text, turn.seq, turn.at))
    turn.touch(turn.state.incidents[incident])
    choice = answers.chosen(question_of(turn.state, turn.state.incidents[incident]), _given(asked))
    if choice is not None:
        _settle(turn, asked, choice)


def _settle(turn: Turn, asked: Asked, choice: str) -> None:
    """Let the machine hear what was chosen, and by whom."""
    alike = [one for one in asked.answers if one.choice == choice]
    cause = {
        "kind": "answer",
        "question": asked.id,
        "choice": choice,
        "actor": alike[-1].actor,
        "answers": [{"actor": a.actor, "roles": list(a.roles), "seq": a.seq} for a in alike],
    }
    said = "; ".join(one.text for one in alike if one.text)
    data = {"by": ", ".join(one.actor for one in alike), "choice": choice, "text": said}
    turn.tell(asked.incident, answer_event(choice), cause, data=data)


def remind(turn: Turn, incident: str) -> None:
    """Remind people of a question that stands."""
    asked = turn.state.questions[incident]
    asked.reminded += 1
    turn.note("reminded", incident=incident, question=asked.id, number=asked.reminded)
    owner = turn.state.incidents[incident]
    turn.touch(owner)
    _plan_reminder(turn, asked, question_of(turn.state, owner))
    _tell(turn, owner, asked)


def _plan_reminder(turn: Turn, asked: Asked, question: Question) -> None:
    """Set the timer of the next reminder; those whose time has passed meanwhile are left out."""
    due = [asked.asked_at + delay for delay in question.reminders_ms]
    later = [at for at in due if at > turn.at]
    if later:
        turn.state.timers.set(asked.incident, REMIND, later[0])


def _tell(turn: Turn, incident: Incident, asked: Asked) -> None:
    for action, inputs in asked.notices:
        begin(turn, incident, action, inputs)


def end(turn: Turn, incident: Incident, trigger: str) -> None:
    """Close the question of an incident that moves or ends; one without a question is fine.

    Args:
        turn: the turn.
        incident: whose machine moves.
        trigger: event that moves it, or the outcome it ends with.
    """
    asked = turn.state.questions.pop(incident.id, None)
    if asked is None:
        return
    turn.state.timers.cancel(incident.id, REMIND)
    turn.note("questions_ended", incident=incident.id, question=asked.id, ended=_word(trigger))
    turn.touch(incident)


def _word(trigger: str) -> str:
    """Return how a question ended, in a word."""
    kind = trigger.partition(":")[0]
    known = {
        "answer": "answered",
        "after": "expired",
        Trigger.ABORT.value: "aborted",
        Trigger.WITHDRAWN.value: "withdrawn",
    }
    return known.get(kind, "overtaken")


def _given(asked: Asked) -> list[Given]:
    return [Given(one.actor, one.roles, one.choice) for one in asked.answers]
