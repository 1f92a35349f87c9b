"""The docket and the questions of the crosscheck; the worker is in tests/failure."""

import threading

import pytest

from interlock.engine.crosscheck.docket import FULL_BLAME, Case, Docket, NoOpinion
from interlock.engine.crosscheck.question import Question, opinions, put
from interlock.engine.crosscheck.reports import Agreement, Disagreement, EngineFault
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation, FactRow
from interlock.rules.network import ElementKind, Pack, Pattern
from tests.property.packs import rule

PACK = CagedPack(Pack("pack-0", (rule("r", Pattern("a", ElementKind.SIGNAL, "alert")),)))
MATCH = ("r", ("s1",))


def case(position, *matches, pack=PACK, **more):
    facts = (FactRow("s1", "alert", {}),)
    return Case(Evaluation(position, "pack-0", facts, "s1", matches, **more), pack)


def docket(*positions, capacity=100, batch=10):
    docket = Docket(capacity=capacity, batch=batch)
    assert docket.file([case(position, MATCH) for position in positions])
    return docket


def positions(cases):
    return [case.evaluation.position for case in cases]


def test_cases_are_asked_from_the_front_a_batch_at_a_time():
    assert positions(docket(1, 2, 3, batch=2).next_batch()) == [1, 2]


def test_cases_stay_until_they_are_closed():
    waiting = docket(1, 2, 3)

    waiting.close([(MATCH,)])

    assert positions(waiting.next_batch()) == [2, 3]
    assert len(waiting) == 2


def test_those_before_a_suspect_are_asked_without_it_and_it_is_asked_alone():
    waiting = docket(1, 2, 3, 4)
    waiting.next_batch()[2].blame = 1

    assert positions(waiting.next_batch()) == [1, 2]
    waiting.close([(MATCH,)] * 2)
    assert positions(waiting.next_batch()) == [3]
    waiting.close([(MATCH,)])
    assert positions(waiting.next_batch()) == [4]


def test_agreement_counts_what_agreed_through_the_last_whole_position():
    assert docket(1, 2, 2).close([(MATCH,)] * 3) == [Agreement(through=2, count=3)]


def test_a_position_of_which_cases_are_left_is_not_agreed_on_yet():
    waiting = docket(1, 2, 2, 3)

    assert waiting.close([(MATCH,)] * 2) == [Agreement(through=1, count=1)]
    assert waiting.close([(MATCH,)]) == [Agreement(through=2, count=2)]


def test_with_no_whole_position_nothing_is_reported():
    waiting = docket(2, 2)

    assert waiting.close([(MATCH,)]) == []
    assert waiting.close([(MATCH,)]) == [Agreement(through=2, count=2)]


def test_a_disagreement_shows_what_each_side_has_alone():
    waiting = Docket(capacity=9, batch=9)
    waiting.file([case(1, ("a", ("s1",)), ("b", ("s1",)))])

    reports = waiting.close([(("b", ("s1",)), ("c", ("s1",)))])

    assert reports == [
        Disagreement(1, "pack-0", expected=(("a", ("s1",)),), found=(("c", ("s1",)),)),
        Agreement(through=1, count=0),
    ]


def test_a_disagreement_shows_no_more_than_sixteen_of_each():
    many = [(f"r{number:02}", ("s1",)) for number in range(40)]
    waiting = Docket(capacity=9, batch=9)
    waiting.file([case(1, *many)])

    disagreement, _ = waiting.close([()])

    assert disagreement.expected == tuple(many[:16])


def test_no_opinion_is_a_fault():
    assert docket(1, 2).close([NoOpinion("it crashed"), (MATCH,)]) == [
        EngineFault(1, "pack-0", "it crashed"),
        Agreement(through=2, count=1),
    ]


def test_a_full_docket_says_no_and_takes_nothing():
    waiting = docket(1, 2, capacity=3)

    assert not waiting.file([case(3), case(4)])
    assert len(waiting) == 2
    assert waiting.file([case(3)])


def test_an_empty_docket_takes_any_number():
    assert len(docket(*range(50), capacity=3)) == 50


def test_waiting_for_room_ends_when_half_of_it_is_free():
    waiting = docket(1, 2, 3, capacity=4)
    assert not waiting.wait_for_room(0)
    closing = threading.Thread(target=waiting.close, args=([(MATCH,)],))

    closing.start()

    assert waiting.wait_for_room(10)
    closing.join()


def test_a_case_becomes_a_request():
    question = put(case(1))

    assert isinstance(question, Question)
    assert question.request == PACK.request(question.case.evaluation)


@pytest.mark.parametrize(
    ("unasked", "reason"),
    [
        (case(1, pack=None), "its rules are no longer loaded"),
        (case(1, too_large=True), "more than 512 elements could join"),
    ],
    ids=["no pack", "too large"],
)
def test_a_case_that_cannot_be_asked_has_no_opinion(unasked, reason):
    assert put(unasked) == NoOpinion(reason)


def test_a_case_of_full_blame_is_not_asked_again():
    suspect = case(1)
    suspect.blame, suspect.suspicion = FULL_BLAME - 1, "it crashed"
    assert isinstance(put(suspect), Question)

    suspect.blame = FULL_BLAME

    assert put(suspect) == NoOpinion("it crashed")


def test_answers_go_to_the_questions_in_order_and_end_with_the_answers():
    questions = [put(case(1)), NoOpinion("too large"), put(case(2)), put(case(3)), NoOpinion("x")]

    found = list(opinions(questions, [[(0, (0,))], "refused"]))

    assert found == [(MATCH,), NoOpinion("too large"), NoOpinion("refused")]


def test_an_absurd_answer_is_no_opinion():
    (found,) = opinions([put(case(1))], [[(7, (0,))]])

    assert found == NoOpinion("the second engine answered for a rule 7 it was not given")
