"""What people say is the case, over the control service."""

from __future__ import annotations

import pytest

from interlock.errors import NotPermitted, RequestRejected
from interlock.server.control_service import ControlService
from interlock.v1.control_service_pb2 import (
    ListFactsRequest,
    RetractFactRequest,
    SetFactRequest,
)
from tests.fakes.core import MemoryCore

pytestmark = pytest.mark.anyio

WHO = {"actor": "ana", "reason": "new disk"}
FIELDS = {"host": "db-1", "count": "3"}


def setting(**changes: object) -> SetFactRequest:
    given = {"fact": "host.quiet", "fields": FIELDS, "request_id": "1", **WHO, **changes}
    return SetFactRequest(**given)  # type: ignore[arg-type]


async def test_a_fact_is_listed_from_when_it_is_set_until_it_is_taken_back(
    core: MemoryCore,
) -> None:
    service = ControlService(core)

    await service.set_fact(setting())
    (listed,) = (await service.list_facts(ListFactsRequest())).facts
    key = {"host": "db-1"}
    await service.retract_fact(
        RetractFactRequest(fact="host.quiet", key=key, request_id="2", **WHO)
    )

    assert ("host.quiet", FIELDS, True) == (listed.fact, dict(listed.fields), listed.said)
    assert [] == list((await service.list_facts(ListFactsRequest())).facts)


async def test_a_repeated_request_says_it_once(core: MemoryCore) -> None:
    service = ControlService(core)

    first, second = await service.set_fact(setting()), await service.set_fact(setting())

    assert first.position == second.position
    assert 1 == len(core.journal)


async def test_what_nobody_said_cannot_be_taken_back(core: MemoryCore) -> None:
    request = RetractFactRequest(fact="host.quiet", key={}, request_id="1", **WHO)

    with pytest.raises(NotPermitted):
        await ControlService(core).retract_fact(request)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fact": ""}, "fact"),
        ({"reason": ""}, "reason"),
        ({"actor": ""}, "actor"),
        ({"request_id": ""}, "request_id"),
        ({"fields": {f"f{n}": "x" for n in range(129)}}, "fields"),
    ],
)
async def test_a_request_that_says_too_little_or_too_much_is_refused(
    core: MemoryCore, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(RequestRejected) as refused:
        await ControlService(core).set_fact(setting(**changes))

    assert field == refused.value.details["field"]
