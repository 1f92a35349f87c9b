"""What every ``Core`` keeps, whether it writes to a disk or to a list.

An implementation is tested by a subclass named ``Test…`` that overrides ``running``.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from interlock.errors import NotFound, NotPermitted, RequestRejected
from interlock.server.admission import seal
from interlock.server.core import Core
from interlock.server.nearness import NotFiredQuestion, NotRunQuestion
from interlock.server.signals import Incoming, Quarantined
from interlock.server.views import Command, IncidentFilter, Page, TransitionFilter

UNUSED = "a.name.no.rule.uses"


def incoming(number: int, *, source: str = "prober", subject: str = "checkout") -> Incoming:
    return seal(
        {
            "id": f"probe-{number}",
            "source": source,
            "name": UNUSED,
            "subject": subject,
            "severity": "critical",
            "status": "firing",
            "labels": {"zone": "eu1"},
            "values": {"ratio": [125, 3]},
            "observed_at": 1_795_422_647_101,
            "trace": "",
        }
    )


def say(word: str, request_id: str, **changes: object) -> Command:
    fields = {"service": "shop", "revision": "r42", "previous": "r41"}
    if word == "retract_fact":
        del fields["previous"]
    given = {"fact": "release.suspect", "fields": tuple(sorted(fields.items())), **changes}
    return Command(command=word, actor="ana", request_id=request_id, text="I saw it", **given)  # type: ignore[arg-type]


def freeze(request_id: str, *, scope: str = "global", text: str = "release day") -> Command:
    return Command(command="freeze", actor="ana", request_id=request_id, scope=scope, text=text)


def thaw(request_id: str) -> Command:
    return Command(command="thaw", actor="ana", request_id=request_id, scope="global", text="done")


class CoreContract:
    """The promises of ``interlock.server.core``."""

    pytestmark = pytest.mark.anyio

    def running(self) -> AbstractAsyncContextManager[Core]:
        """Return a fresh core, ready while the context lasts."""
        raise NotImplementedError

    async def test_it_is_ready_and_nothing_is_frozen(self) -> None:
        async with self.running() as core:
            assert core.ready()
            assert not core.frozen()

    async def test_signals_get_receipts_in_their_order_with_rising_positions(self) -> None:
        async with self.running() as core:
            receipts = await core.submit([incoming(n) for n in range(1000)], door="grpc")

            assert ["accepted"] * 1000 == [receipt.status for receipt in receipts]
            seqs = [receipt.seq or 0 for receipt in receipts]
            assert sorted(set(seqs)) == seqs

    async def test_submitting_takes_the_place_and_awaiting_may_come_in_any_order(self) -> None:
        async with self.running() as core:
            first = core.submit([incoming(1)], door="grpc")
            second = core.submit([incoming(2)], door="grpc")

            (later,) = await second
            (earlier,) = await first

            assert (earlier.seq or 0) < (later.seq or 0)

    async def test_the_same_id_counts_once_per_source(self) -> None:
        async with self.running() as core:
            (first,) = await core.submit([incoming(1)], door="grpc")

            again, elsewhere = await core.submit(
                [incoming(1), incoming(1, source="other")], door="alertmanager"
            )

            assert ("duplicate", first.seq) == (again.status, again.seq)
            assert "accepted" == elsewhere.status

    async def test_a_repetition_within_one_batch_counts_once(self) -> None:
        async with self.running() as core:
            first, again = await core.submit([incoming(1), incoming(1)], door="grpc")

            assert ("accepted", "duplicate") == (first.status, again.status)
            assert first.seq == again.seq

    async def test_the_same_id_with_another_body_is_a_conflict_with_a_reason(self) -> None:
        async with self.running() as core:
            (first,) = await core.submit([incoming(1)], door="grpc")

            (conflict,) = await core.submit([incoming(1, subject="other")], door="grpc")

            assert ("conflict", first.seq) == (conflict.status, conflict.seq)
            assert conflict.reason

    async def test_cancelling_a_receipt_takes_nothing_back(self) -> None:
        async with self.running() as core:
            core.submit([incoming(1)], door="grpc").cancel()
            await core.submit([incoming(2)], door="grpc")

            (again,) = await core.submit([incoming(1)], door="grpc")

            assert "duplicate" == again.status

    async def test_what_no_signal_could_be_made_of_is_kept(self) -> None:
        async with self.running() as core:
            await core.quarantine([Quarantined("not JSON", "ab" * 32, "{")], door="alertmanager")

    async def test_a_scale_nobody_declares_is_none(self) -> None:
        async with self.running() as core:
            assert core.scale_of(UNUSED, "ratio") is None

    async def test_a_freeze_is_in_force_when_it_is_answered_until_it_is_thawed(self) -> None:
        async with self.running() as core:
            position = await core.command(freeze("1"))

            (order,) = (await core.gate_status()).freezes
            assert ("global", "ana", "release day", position) == (
                order.scope,
                order.actor,
                order.reason,
                order.position,
            )
            assert core.frozen()

            await core.command(thaw("2"))
            assert not core.frozen()
            assert () == (await core.gate_status()).freezes

    async def test_a_repeated_request_is_answered_with_the_first_entry(self) -> None:
        async with self.running() as core:
            first = await core.command(freeze("1"))

            assert first == await core.command(freeze("1"))

    async def test_a_request_id_cannot_be_used_for_something_else(self) -> None:
        async with self.running() as core:
            await core.command(freeze("1"))

            with pytest.raises(RequestRejected):
                await core.command(freeze("1", text="another reason"))

    async def test_what_is_not_frozen_cannot_be_thawed(self) -> None:
        async with self.running() as core:
            with pytest.raises(NotPermitted):
                await core.command(thaw("1"))

    async def test_a_command_to_an_unknown_incident_finds_none(self) -> None:
        async with self.running() as core:
            with pytest.raises(NotFound):
                await core.command(
                    Command(command="annotate", actor="ana", request_id="1", incident="x", text="y")
                )

    async def test_an_answer_to_an_unknown_incident_finds_none(self) -> None:
        answer = Command(
            command="answer",
            actor="ana",
            request_id="1",
            incident="x",
            text="y",
            choice="approve",
            roles=("ops",),
        )
        async with self.running() as core:
            with pytest.raises(NotFound):
                await core.command(answer)

    async def test_what_is_unknown_is_not_found_and_an_empty_list_is_empty(self) -> None:
        async with self.running() as core:
            with pytest.raises(NotFound):
                await core.get_incident("inc-none")
            with pytest.raises(NotFound):
                await core.explain("inc-none")

    async def test_a_rule_nobody_knows_has_no_silence_to_explain(self) -> None:
        async with self.running() as core:
            with pytest.raises(NotFound):
                await core.explain_not_fired(NotFiredQuestion("no/such-rule"))

    async def test_an_incident_nobody_knows_has_no_action_it_did_not_run(self) -> None:
        async with self.running() as core:
            with pytest.raises(NotFound):
                await core.explain_not_run(NotRunQuestion("inc-none", "web.restart"))
            assert () == (await core.list_incidents(IncidentFilter(), Page(10))).items
            moves = await core.list_transitions(TransitionFilter(incident="inc-none"), Page(10))
            assert ((), "") == (moves.items, moves.next)

    async def test_a_watch_can_be_left_before_anything_changed(self) -> None:
        async with self.running() as core:
            changes = core.watch()
            waiting = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await changes.aclose()

    # --- what people say --------------------------------------------------------------------

    async def test_a_fact_stands_from_when_it_is_said_until_it_is_taken_back(self) -> None:
        async with self.running() as core:
            position = await core.command(say("set_fact", "1"))
            (fact,) = await core.facts("release.suspect")
            await core.command(say("retract_fact", "2"))

            assert ("release.suspect", position, True) == (fact.name, fact.position, fact.said)
            assert {"service": "shop", "revision": "r42", "previous": "r41"} == dict(fact.fields)
            assert () == await core.facts("")

    async def test_a_repeated_request_to_say_something_returns_the_first_entry(self) -> None:
        async with self.running() as core:
            first = await core.command(say("set_fact", "1"))

            assert first == await core.command(say("set_fact", "1"))

    async def test_what_nobody_said_cannot_be_taken_back(self) -> None:
        async with self.running() as core:
            with pytest.raises(NotPermitted):
                await core.command(say("retract_fact", "1"))
