import io
import os
from contextlib import closing

import orjson
import pytest

from interlock.rules.caged.cage import CageBroken
from interlock.rules.caged.framing import IDLE, Progress, frame, read_frame
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.plan import Plan
from interlock.rules.caged.worker import Worker

PLAN = Plan({}, (), {})


class ScriptedCage:
    """Says what the first place of the first row tells it to."""

    def __init__(self, plan, compiled):
        self.plan = plan

    def evaluate(self, rows, focus):
        match rows[focus][0]:
            case "refuse":
                raise Uncageable("too odd")
            case "break":
                raise CageBroken("error 303")
            case number:
                return [(number, (0,))]


@pytest.fixture
def progress():
    descriptor = os.memfd_create("progress")
    os.ftruncate(descriptor, Progress.SIZE)
    with closing(Progress(descriptor)) as progress:
        yield progress
    os.close(descriptor)


def answers(progress, *requests, evaluations=100):
    worker = Worker(evaluations=evaluations, progress=progress, make_cage=ScriptedCage)
    sink = io.BytesIO()
    worker.serve(io.BytesIO(b"".join(frame(orjson.dumps(r)) for r in requests)), sink)
    sink.seek(0)
    return [orjson.loads(body) for body in iter(lambda: read_frame(sink), None)]


def request(*words, plans=None):
    return {
        "plans": {"p": PLAN.to_json()} if plans is None else plans,
        "evaluations": [["p", 0, [[word]]] for word in words],
    }


def test_it_greets_answers_in_order_and_ends_with_its_input(progress):
    said = answers(progress, request(1, 2), request(3, plans={}))

    assert said == [
        {"ready": True},
        {"answers": [[[1, [0]]], [[2, [0]]]], "leaving": None},
        {"answers": [[[3, [0]]]], "leaving": None},
    ]
    assert progress.read() == IDLE


def test_a_refusal_is_an_answer(progress):
    _, said = answers(progress, request(1, "refuse", 2))

    assert said == {"answers": [[[1, [0]]], "too odd", [[2, [0]]]], "leaving": None}


def test_after_a_fault_of_the_engine_it_leaves_and_answers_no_more(progress):
    said = answers(progress, request(1, "break", 2), request(3))

    assert said[1:] == [{"answers": [[[1, [0]]], "error 303"], "leaving": "engine fault"}]


def test_it_leaves_of_itself_after_its_share_of_evaluations(progress):
    said = answers(progress, request(1, 2), request(3, 4), request(5), evaluations=3)

    assert said[1:] == [
        {"answers": [[[1, [0]]], [[2, [0]]]], "leaving": None},
        {"answers": [[[3, [0]]]], "leaving": "recycled"},
    ]


def test_progress_says_which_evaluation_it_is_at(progress):
    seen = []

    class Watching(ScriptedCage):
        def evaluate(self, rows, focus):
            seen.append(progress.read())
            return []

    worker = Worker(evaluations=9, progress=progress, make_cage=Watching)
    worker.serve(io.BytesIO(frame(orjson.dumps(request(1, 2, 3)))), io.BytesIO())

    assert seen == [0, 1, 2]
