"""The kill switch and the gate."""

from __future__ import annotations

import pytest

from interlock.errors import NotPermitted, RequestRejected
from interlock.server.control_service import ControlService
from interlock.v1.control_service_pb2 import (
    AgreementStatus,
    FreezeRequest,
    GetGateStatusRequest,
    ThawRequest,
)
from tests.fakes.core import MemoryCore

pytestmark = pytest.mark.anyio

WHO = {"actor": "ana", "reason": "release day"}


async def test_a_freeze_is_in_force_and_shown_until_it_is_thawed(core: MemoryCore) -> None:
    service = ControlService(core)

    await service.freeze(FreezeRequest(scope="global", request_id="1", **WHO))
    shown = await service.gate_status(GetGateStatusRequest())
    await service.thaw(ThawRequest(scope="global", request_id="2", **WHO))

    (order,) = shown.freezes
    assert ("global", "ana", "release day", 0) == (
        order.scope,
        order.actor,
        order.reason,
        order.position.seq,
    )
    assert [] == list((await service.gate_status(GetGateStatusRequest())).freezes)


async def test_the_gate_says_what_it_is_waiting_for(core: MemoryCore) -> None:
    shown = await ControlService(core).gate_status(GetGateStatusRequest())

    assert AgreementStatus.AGREEMENT_STATUS_AGREED == shown.agreement
    assert 7 == shown.agreed_through.seq
    assert (2, 1) == (shown.waiting_actions, shown.running_actions)


async def test_a_repeated_order_counts_once(core: MemoryCore) -> None:
    service, order = ControlService(core), FreezeRequest(scope="global", request_id="1", **WHO)

    first, second = await service.freeze(order), await service.freeze(order)

    assert first.position == second.position
    assert 1 == len(core.journal)


async def test_what_is_not_frozen_cannot_be_thawed(core: MemoryCore) -> None:
    with pytest.raises(NotPermitted):
        await ControlService(core).thaw(ThawRequest(scope="global", request_id="1", **WHO))


@pytest.mark.parametrize("missing", ["scope", "actor", "request_id", "reason"])
async def test_an_order_says_what_who_and_why_and_means_nothing_by_accident(
    core: MemoryCore, missing: str
) -> None:
    order = FreezeRequest(scope="global", request_id="1", **WHO)
    order.ClearField(missing)  # type: ignore[arg-type]  # one of its fields

    with pytest.raises(RequestRejected) as refused:
        await ControlService(core).freeze(order)

    assert missing == refused.value.details["field"]
    assert not core.frozen()
