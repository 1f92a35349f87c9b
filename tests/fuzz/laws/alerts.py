"""Any body that is posted is signals, or refused; JSON that is no alert is quarantined."""

from __future__ import annotations

import orjson

from interlock.errors import RequestRejected, SignalRejected
from interlock.server.doors import alertmanager, prometheus
from interlock.server.doors.alert import AlertReading, Delivery
from interlock.server.doors.intake import quarantined

_DELIVERY = Delivery("fuzz", 1_800_000_000_000)


def hold(data: bytes) -> None:
    """Read a body as either door does, once it is JSON."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        return
    for door in (alertmanager, prometheus):
        try:
            items = door.alerts(body)
        except RequestRejected as refused:
            assert str(refused)
            continue
        read = door.reader(_DELIVERY, AlertReading())
        for item in items:
            try:
                assert read(item).signal["id"]
            except SignalRejected as error:
                assert quarantined(orjson.dumps(item, default=repr), str(error))
