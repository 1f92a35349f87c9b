"""Questions to people: who may answer, when they have, and what ends a question."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from interlock.engine.fold import snapshot
from interlock.engine.fold.questions import MOST_LINE, MOST_TEXT
from tests import bundles
from tests.unit.engine.fold.conftest import Web

ON_CALL = ("web-on-call",)


@pytest.fixture
def web() -> Web:
    """A service that is down and asks whether it may be restarted."""
    web = Web(bundles.asking_bundle())
    web.probe(up=False)
    return web


def notes(web: Web, topic: str) -> list[dict[str, Any]]:
    """Return what the decisions say under a topic, in order."""
    entries = [json.loads(line)["entry"] for line in web.export().splitlines()]
    return [note for entry in entries for note in entry.get(topic, ())]


def question(web: Web) -> dict[str, Any] | None:
    """Return what the row of the one incident says that it asks."""
    text = web.incidents[0].question
    return None if text is None else json.loads(text)


def test_a_question_is_asked_with_what_one_must_know_to_answer(web: Web) -> None:
    asked = question(web)

    assert asked is not None
    assert asked.pop("id").startswith("ask-")
    assert asked == {
        "text": "Start shop again?",
        "shown": ["service: shop", "steps.size(): 0"],
        "role": "web-on-call",
        "quorum": 2,
        "excluded": ["mallory", "rule-author"],
        "choices": ["approve", "reject"],
        "assumes": ["one process is enough", "a restart loses no orders"],
        "asked_at": web.now,
        "expires_at": web.now + 600_000,
        "answers": [],
    }
    assert web.path(web.only) == ["judging.asking"]


def test_a_question_is_cut_to_what_people_read() -> None:
    web = Web(bundles.asking_bundle())
    web.probe("s" * 50_000, up=False)

    asked = question(web)
    assert asked is not None
    assert (len(asked["text"]), len(asked["shown"][0])) == (MOST_TEXT, MOST_LINE)
    assert asked["text"].endswith("s…")


def test_people_are_told_when_it_is_asked_and_with_each_reminder(web: Web) -> None:
    web.advance("9m")

    texts = [a.inputs["text"] for a in web.scripts.attempts]
    assert texts == ["Start shop again? (from start)"] * 3
    assert [note["number"] for note in notes(web, "reminded")] == [1, 2]


def test_nobody_is_reminded_of_what_has_been_answered(web: Web) -> None:
    web.answer(web.only, "reject", "ana", roles=ON_CALL)
    web.advance("9m")

    assert notes(web, "reminded") == []


def test_enough_answers_alike_let_the_machine_go_on(web: Web) -> None:
    web.answer(web.only, "approve", "ana", roles=ON_CALL, text="seen it")
    assert web.incidents[0].state == "judging.asking"
    web.answer(web.only, "approve", "ben", roles=ON_CALL, text="me, too")
    web.advance("5s")

    assert web.path(web.only) == ["judging.asking", "restarting", "resolved"]
    assert web.store.transitions[1].why == "approve by ana, ben: seen it; me, too"
    assert web.store.transitions[1].actor == "ben"
    assert question(web) is None
    assert [note["ended"] for note in notes(web, "questions_ended")] == ["answered"]


def test_one_person_is_enough_to_reject(web: Web) -> None:
    web.answer(web.only, "approve", "ana", roles=ON_CALL)
    web.answer(web.only, "reject", "ben", roles=ON_CALL, text="it is being repaired")

    assert web.incidents[0].outcome == "handed_over"
    assert web.store.transitions[-1].why == "ben says no: it is being repaired"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (("approve", "ben", ("db-on-call",)), "only web-on-call may answer; ben answered as db"),
        (("approve", "ben", ()), "only web-on-call may answer; ben named no role"),
        (("approve", "mallory", ON_CALL), "mallory may not answer: mallory is excluded"),
        (("approve", "ben", (*ON_CALL, "rule-author")), "ben may not answer: rule-author is"),
        (("maybe", "ben", ON_CALL), "'maybe' is no choice; there are: approve, reject"),
        (("approve", "ana", ON_CALL), "ana has answered already; a second answer does not"),
        (("reject", "ana", ON_CALL), "ana has answered already; a second answer does not"),
    ],
)
def test_an_answer_that_does_not_count_changes_nothing_and_says_why(
    web: Web, answer: tuple[str, str, tuple[str, ...]], reason: str
) -> None:
    web.answer(web.only, "approve", "ana", roles=ON_CALL)
    before = question(web)
    choice, actor, roles = answer
    web.answer(web.only, choice, actor, roles=roles)

    assert question(web) == before
    assert web.incidents[0].state == "judging.asking"
    counted = [(note["counted"], note["reason"]) for note in notes(web, "answers")]
    assert counted[0] == (True, "")
    assert not counted[1][0]
    assert counted[1][1].startswith(reason)


def test_an_answer_to_another_question_does_not_count(web: Web) -> None:
    body = {"actor": "ana", "incident": web.only, "text": "", "question": "ask-0"}
    web.record(
        {"kind": "command", "command": "answer", "choice": "reject", "roles": list(ON_CALL), **body}
    )

    [note] = notes(web, "answers")
    assert note["reason"].startswith("question ask-0 is closed; ")
    assert web.incidents[0].outcome is None


def test_silence_leads_where_the_machine_says(web: Web) -> None:
    web.answer(web.only, "approve", "ana", roles=ON_CALL)
    web.advance("10m")

    assert web.incidents[0].outcome == "handed_over"
    assert web.store.transitions[-1].why == "no answer within 10m"
    assert [note["ended"] for note in notes(web, "questions_ended")] == ["expired"]


def test_an_answer_after_the_end_does_not_count(web: Web) -> None:
    web.advance("10m")
    web.answer(web.only, "approve", "ana", roles=ON_CALL)

    [note] = notes(web, "answers")
    assert not note["counted"]
    assert "asks nothing now" in note["reason"]


@pytest.mark.parametrize(
    ("end", "word", "outcome"),
    [
        (lambda web: web.command("abort", web.only), "aborted", "aborted"),
        (lambda web: web.probe(up=True), "withdrawn", "withdrawn"),
    ],
)
def test_an_abort_and_evidence_that_goes_end_a_question(
    web: Web, end: Callable[[Web], None], word: str, outcome: str
) -> None:
    end(web)

    assert web.incidents[0].outcome == outcome
    assert [note["ended"] for note in notes(web, "questions_ended")] == [word]
    assert web.state.questions == {}
    assert web.state.timers.dump() == [] or not web.state.timers.is_set(web.only, "remind")


def test_a_question_survives_a_restart_and_what_fell_due_is_put_off(web: Web) -> None:
    web.answer(web.only, "approve", "ana", roles=ON_CALL)
    web.now += 700_000
    again = Web(bundles.asking_bundle(), store=web.store, at=web.now)

    assert again.incidents[0].state == "judging.asking"
    again.probe(up=False)  # the evidence of before is too old to act on
    again.answer(again.only, "approve", "ben", roles=ON_CALL)
    again.advance("5s")
    assert again.incidents[0].outcome == "resolved"


def test_a_state_without_questions_is_written_as_before_there_were_any(web: Web) -> None:
    asking = json.loads(snapshot.take(web.state))
    web.command("abort", web.only)
    quiet = json.loads(snapshot.take(web.state))

    assert (asking["format"], len(asking["questions"])) == (snapshot.ASKING, 1)
    assert quiet["format"] == snapshot.FORMAT
    assert "questions" not in quiet


def test_a_question_put_back_is_the_question(web: Web) -> None:
    web.answer(web.only, "approve", "ana", roles=ON_CALL, text="seen it")
    restored = snapshot.restore(snapshot.take(web.state), {web.bundle.digest: web.bundle})

    assert restored.questions == web.state.questions
    assert snapshot.take(restored) == snapshot.take(web.state)
