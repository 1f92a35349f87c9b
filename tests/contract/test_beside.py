"""Questions answered in a process beside the service: the same answer, bounds, no leftovers."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from interlock.engine.journal.reader import Reader
from interlock.errors import InvariantBroken, NotFound, Overloaded, RequestRejected
from interlock.server.live.beside import MOST_WAITING, Beside, answer
from interlock.server.nearness import NotFired, NotFiredQuestion, NotRunQuestion
from interlock.server.views import Explanation
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

FAIL_OVER = NotFiredQuestion("fail-over")
ASLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which nothing fails enough for `fail-over`, and a service went down."""
    web = Web()
    web.errors(0.25)
    web.probe(up=False)
    return keep(web.store, tmp_path_factory.mktemp("beside") / "kept.db")


def children() -> list[str]:
    """Return the ids of this process's children."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


async def test_the_answer_is_what_the_store_itself_answers(store: Path) -> None:
    beside = await Beside(store).ask(FAIL_OVER, NotFired)

    with Reader(store) as reader:
        assert beside == answer(reader, FAIL_OVER)
    assert (beside.rule, beside.missed) == ("web/fail-over", 1)


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        (NotFiredQuestion("fail-ovr"), NotFound, "no active or shadow rule is called 'fail-ovr'"),
        (NotFiredQuestion("fail-over", at=1), NotFound, "no bundle that had been activated"),
        (NotFiredQuestion("fail-over", where=(("x", ""),)), RequestRejected, "has a field 'x'"),
    ],
)
async def test_what_cannot_be_asked_is_refused_as_by_the_store(
    store: Path, question: NotFiredQuestion, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said) as refused:
        await Beside(store).ask(question, NotFired)

    with Reader(store) as reader, pytest.raises(kind) as here:
        answer(reader, question)
    assert (str(here.value), dict(here.value.details)) == (  # type: ignore[attr-defined]  # ours
        str(refused.value),
        dict(refused.value.details),  # type: ignore[attr-defined]  # ours
    )


async def test_an_incident_nobody_knows_has_no_action_to_ask_about(store: Path) -> None:
    with pytest.raises(NotFound, match="no incident is called 'inc-0'"):
        await Beside(store).ask(NotRunQuestion("inc-0", "web.restart"), Explanation)


async def test_a_question_that_is_given_up_leaves_no_process(store: Path) -> None:
    before = children()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await Beside(store, ASLEEP).ask(FAIL_OVER, NotFired)

    assert children() == before


async def test_one_question_is_answered_at_a_time_and_few_wait(store: Path) -> None:
    beside = Beside(store, ASLEEP)
    asked = [asyncio.create_task(beside.ask(FAIL_OVER, NotFired)) for _ in range(MOST_WAITING + 1)]
    before = len(children())
    async with asyncio.timeout(10):
        while len(children()) == before:  # noqa: ASYNC110  # until the first has started
            await asyncio.sleep(0.01)

    with pytest.raises(Overloaded, match="questions wait"):
        await beside.ask(FAIL_OVER, NotFired)

    assert len(children()) == before + 1
    for one in asked:
        one.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert len(children()) == before


async def test_a_process_that_ends_without_an_answer_is_a_fault_of_ours(store: Path) -> None:
    with pytest.raises(InvariantBroken, match="ended without an answer"):
        await Beside(store, (sys.executable, "-c", "")).ask(FAIL_OVER, NotFired)
