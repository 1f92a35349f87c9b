"""Answers of people at a real node: one that does not count is refused and not journalled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.bundle import Bundle
from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.engine.node import Node
from interlock.engine.probes import MANIFEST, manifest
from interlock.errors import NotFound, NotPermitted, NotReady
from interlock.server.live.answers import LiveAnswers
from interlock.server.live.orders import LiveOrders
from interlock.server.live.queries import LiveQueries
from interlock.server.views import Command, IncidentFilter, Page
from tests import bundles
from tests.unit.engine.given_node import WRITTEN, Hands, SetClock, running, until, wanted

ASKING = """
assumes: [it is day]
authorised: [keeper]
sla: {resolve_within: 30m, on_breach: handed_over}
states:
  asking:
    approve:
      role: keeper
      quorum: 2
      not: [mallory]
      ask: Write ${item}?
      choices: {approve: writing, reject: handed_over}
      expires: 10m
      on_expire: handed_over
"""


@cache
def asking_bundle() -> Bundle:
    text = bundles.ledger()["ledger.yaml"]
    text = text.replace("initial: writing", "initial: asking").replace("\nstates:\n", ASKING)
    return Bundle.compile({"ledger.yaml": text, MANIFEST: manifest({"command.written": WRITTEN})})


class Asked:
    """A node with one incident that asks, and the ways to it."""

    def __init__(self, node: Node, history: History, incident: str, clock: SetClock) -> None:
        self.node, self.history, self.incident, self.clock = node, history, incident, clock
        self.orders = LiveOrders(node, history)
        self.queries = LiveQueries(node, history)

    async def answer(self, actor: str = "ana", **more: Any) -> int:
        given = {"choice": "approve", "roles": ("keeper",), "text": "seen it", **more}
        command = Command(
            command="answer",
            actor=actor,
            incident=given.pop("incident", self.incident),
            request_id=given.pop("request_id", ""),
            **given,
        )
        return (await self.orders.command(command)).seq

    async def question(self) -> Any:
        return (await self.queries.get_incident(self.incident)).question

    def answers(self) -> int:
        """Return how many answers the journal holds."""
        entries = self.history.entries(0, 1_000)
        return sum(b'"command":"answer"' in b and b'"kind":"command"' in b for _, b in entries)


@asynccontextmanager
async def asking(folder: Path) -> AsyncIterator[Asked]:
    clock = SetClock()
    async with running(folder, Hands(), bundle=asking_bundle(), clock=clock) as node:
        await node.runtime.submit([wanted("a")])
        await until(node, lambda s: bool(s.questions))
        history = History(reading_engine(folder / "interlock.db"))
        (incident,) = await node.runtime.ask(lambda s: tuple(s.incidents))
        asked = Asked(node, history, incident, clock)
        async with asyncio.timeout(20):
            while history.incident(incident) is None:  # noqa: ASYNC110  # comes with the next commit
                await asyncio.sleep(0.005)
        yield asked
        history.close()


def play(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_the_question_is_part_of_the_incident_with_the_answers_so_far(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            seq = await asked.answer()
            question = await asked.question()

            assert (question.text, question.role, question.quorum) == ("Write a?", "keeper", 2)
            assert question.choices == ("approve", "reject")
            assert question.assumes == ("it is day",)
            assert question.expires_at - question.asked_at == 600_000
            [answer] = question.answers
            assert (answer.actor, answer.roles, answer.choice) == ("ana", ("keeper",), "approve")
            assert (answer.reason, answer.position.seq) == ("seen it", seq)

    play(scenario())


def test_an_incident_says_by_when_it_is_to_be_resolved(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            shown = await asked.queries.get_incident(asked.incident)

            assert shown.resolve_by == shown.opened_at + 1_800_000
            assert shown.terms is not None
            assert (shown.terms.assumes, shown.terms.authorised) == (("it is day",), ("keeper",))
            [listed] = (await asked.queries.list_incidents(IncidentFilter(), Page(10))).items
            assert listed.terms is None  # a list is long enough

    play(scenario())


def test_enough_answers_end_the_question(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            figures = asked.node.telemetry.registry
            await asked.answer("ana")
            assert figures.get_sample_value("interlock_incidents_questions") == 1
            await asked.answer("ben")

            assert await asked.question() is None
            assert figures.get_sample_value("interlock_incidents_questions") == 0
            with pytest.raises(NotPermitted, match="asks nothing now"):
                await asked.answer("cleo")
            assert asked.answers() == 2

    play(scenario())


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"roles": ("dba",)}, "only keeper may answer; ben answered as dba"),
        ({"actor": "mallory"}, "mallory may not answer"),
        ({"choice": "perhaps"}, "'perhaps' is no choice"),
        ({"actor": "ana"}, "ana has answered already"),
        ({"question": "ask-0"}, "question ask-0 is closed"),
    ],
)
def test_an_answer_that_does_not_count_is_refused_and_not_journalled(
    tmp_path: Path, more: dict[str, Any], reason: str
) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            await asked.answer("ana")
            with pytest.raises(NotPermitted, match=reason):
                await asked.answer(**{"actor": "ben", **more})
            assert asked.answers() == 1

    play(scenario())


def test_an_unknown_incident_is_not_found(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            with pytest.raises(NotFound):
                await asked.answer(incident="inc-0")

    play(scenario())


def test_of_two_answers_of_one_person_at_once_one_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            both = [asked.answer(request_id=f"r-{n}") for n in range(2)]
            done = await asyncio.gather(*both, return_exceptions=True)

            assert sorted(type(one) for one in done if isinstance(one, Exception)) == [NotPermitted]
            assert asked.answers() == 1

    play(scenario())


def test_an_answer_nobody_decides_is_not_called_a_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LiveAnswers, "_decision", lambda *_: {})

    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            with pytest.raises(NotReady, match=r"journalled as \d+ and not decided yet"):
                await asked.answer()

    play(scenario())


def test_a_repeated_request_is_the_first(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            first = await asked.answer(request_id="r-1")

            assert await asked.answer(request_id="r-1") == first
            assert asked.answers() == 1

    play(scenario())


def test_an_answer_that_comes_as_the_question_expires_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was looked at before the end and folded after it: journalled, refused, without effect."""

    async def scenario() -> None:
        async with asking(tmp_path) as asked:
            standing = LiveAnswers._standing

            async def slowly(*given: Any) -> str:
                question = await standing(*given)
                asked.clock.advance(600_000)
                return question

            monkeypatch.setattr(LiveAnswers, "_standing", slowly)
            with pytest.raises(NotPermitted, match="the answer came too late"):
                await asked.answer()
            assert await asked.node.runtime.ask(lambda s: s.questions) == {}

    play(scenario())
