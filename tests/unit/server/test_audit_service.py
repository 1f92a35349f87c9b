"""Audit: moves and reasons."""

from __future__ import annotations

import pytest

from interlock.errors import NotFound, RequestRejected
from interlock.server.audit_service import AuditService
from interlock.server.nearness import NotFiredQuestion, NotRunQuestion
from interlock.server.views import Position
from interlock.v1.audit_service_pb2 import (
    ExplainNotFiredRequest,
    ExplainNotRunRequest,
    ExplainRequest,
    ListTransitionsRequest,
)
from tests.fakes.core import MemoryCore
from tests.unit.server.given import core_with, transition

pytestmark = pytest.mark.anyio


def moments(since: int | None = None, until: int | None = None) -> ListTransitionsRequest:
    request = ListTransitionsRequest()
    if since is not None:
        request.since.FromMilliseconds(since)
    if until is not None:
        request.until.FromMilliseconds(until)
    return request


async def test_moves_are_told_in_order_with_who_and_why() -> None:
    core = MemoryCore()
    core.transitions = [
        transition(1, source="", trigger="start", destination="diagnose"),
        transition(2, trigger="operator.abort", actor="ana", why="by hand"),
    ]

    first, second = (await AuditService(core).list_transitions(moments())).transitions

    assert ("", "start", "diagnose", 1000) == (
        first.source,
        first.trigger,
        first.destination,
        first.at.ToMilliseconds(),
    )
    assert ("ana", "by hand", 2) == (second.actor, second.why, second.position.seq)


async def test_every_filter_reaches_the_core() -> None:
    core = MemoryCore()
    core.transitions = [
        transition(1, incident="inc-1"),
        transition(2, incident="inc-2", machine="other"),
        transition(3, incident="inc-3", source="idle", destination="done"),
        transition(4, incident="inc-4", actor="ana"),
    ]
    service = AuditService(core)

    async def found(request: ListTransitionsRequest) -> list[str]:
        return [one.incident_id for one in (await service.list_transitions(request)).transitions]

    assert ["inc-1"] == await found(ListTransitionsRequest(incident_id="inc-1"))
    assert ["inc-2"] == await found(ListTransitionsRequest(machine="other"))
    assert ["inc-3"] == await found(ListTransitionsRequest(state="done"))
    assert ["inc-3"] == await found(ListTransitionsRequest(state="idle"))
    assert ["inc-4"] == await found(ListTransitionsRequest(actor="ana"))
    assert ["inc-3", "inc-4"] == await found(moments(since=3000))
    assert ["inc-1", "inc-2"] == await found(moments(until=3000))


async def test_moves_are_read_page_by_page() -> None:
    service = AuditService(core_with(5))

    first = await service.list_transitions(ListTransitionsRequest(page_size=3))
    rest = await service.list_transitions(
        ListTransitionsRequest(page_size=3, page_token=first.next_page_token)
    )

    assert [1, 2, 3] == [one.position.seq for one in first.transitions]
    assert [4, 5] == [one.position.seq for one in rest.transitions]
    assert "" == rest.next_page_token


async def test_an_incident_is_explained_as_a_tree() -> None:
    root = (await AuditService(core_with(1)).explain(ExplainRequest(id="inc-1"))).root

    (firing,) = root.children
    (signal,) = firing.children
    assert ("incident", "inc-1") == (root.kind, root.id)
    assert not root.HasField("position")
    assert not root.HasField("at")
    assert ("firing", Position(0, 4).seq) == (firing.kind, firing.position.seq)
    assert ("signal", "web.down from prober-eu1", 1500) == (
        signal.kind,
        signal.title,
        signal.at.ToMilliseconds(),
    )


async def test_what_is_neither_incident_nor_action_is_not_found() -> None:
    with pytest.raises(NotFound):
        await AuditService(core_with(1)).explain(ExplainRequest(id="what"))


async def test_a_question_without_a_subject_is_refused() -> None:
    with pytest.raises(RequestRejected, match="id: expected"):
        await AuditService(core_with(1)).explain(ExplainRequest())


async def test_a_question_about_a_silent_rule_reaches_the_core_with_its_moment_and_fields() -> None:
    core = core_with(1)
    request = ExplainNotFiredRequest(rule="web/fail-over", where={"service": "shop", "a": ""})
    request.at.FromMilliseconds(5000)

    with pytest.raises(NotFound):
        await AuditService(core).explain_not_fired(request)

    pairs = (("a", ""), ("service", "shop"))
    assert [NotFiredQuestion("web/fail-over", 5000, pairs)] == core.asked


async def test_an_action_that_did_not_run_is_explained_as_a_tree() -> None:
    core = core_with(1)
    request = ExplainNotRunRequest(incident_id="inc-1", action="web.restart")

    root = (await AuditService(core).explain_not_run(request)).root

    assert ("incident", "inc-1") == (root.kind, root.id)
    assert [NotRunQuestion("inc-1", "web.restart")] == core.asked


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (ExplainNotFiredRequest(), "rule: expected 1 to 256"),
        (ExplainNotFiredRequest(rule="r" * 257), "rule: expected 1 to 256"),
        (ExplainNotFiredRequest(rule="r", where={"": "x"}), "where: expected 1 to 256"),
        (ExplainNotFiredRequest(rule="r", where={"x": "y" * 257}), r"where\[x\]: expected"),
        (
            ExplainNotFiredRequest(rule="r", where={str(n): "" for n in range(17)}),
            "where: expected at most 16 pairs, found 17",
        ),
    ],
)
async def test_a_question_beyond_its_bounds_is_refused(
    request_: ExplainNotFiredRequest, said: str
) -> None:
    core = core_with(1)

    with pytest.raises(RequestRejected, match=said):
        await AuditService(core).explain_not_fired(request_)

    assert [] == core.asked


async def test_an_action_is_asked_about_with_its_incident() -> None:
    with pytest.raises(RequestRejected, match="action: expected 1 to 256"):
        await AuditService(core_with(1)).explain_not_run(ExplainNotRunRequest(incident_id="i"))
