"""The HTTP doors as one application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from interlock.engine.clock import Clock
from interlock.errors import InterlockError, NotReady, RequestRejected
from interlock.server.core import Core, Intake
from interlock.server.doors import alertmanager, probes, prometheus
from interlock.server.doors.alert import AlertReading, Delivery
from interlock.server.doors.intake import Outcome, quarantined, take
from interlock.server.doors.post import Body, Held, PostRefused, refused
from interlock.server.metrics import ServerMetrics
from interlock.server.signals import Incoming

MAX_ALERTS = 25_000
"""Most alerts of one post."""

_MAX_SOURCE = 256


@dataclass(frozen=True, slots=True)
class AlertDoor:
    """How one path takes alerts."""

    name: str
    path: str
    alerts: Callable[[object], list[object]]
    reader: Callable[[Delivery, AlertReading], Callable[[object], Incoming]]


ALERT_DOORS = (
    AlertDoor(alertmanager.DOOR, "/api/v1/alertmanager", alertmanager.alerts, alertmanager.reader),
    AlertDoor(prometheus.DOOR, "/api/v2/alerts", prometheus.alerts, prometheus.reader),
)


@dataclass(slots=True)
class _Doors:
    """What every post needs."""

    core: Intake
    clock: Clock
    metrics: ServerMetrics
    reading: AlertReading
    held: Held = field(default_factory=Held)


def create_app(
    core: Core,
    *,
    clock: Clock,
    metrics: ServerMetrics,
    registry: CollectorRegistry,
    reading: AlertReading | None = None,
) -> Starlette:
    """Return the application that serves every HTTP door.

    Args:
        core: what decides.
        clock: when a post came.
        metrics: counts posts and alerts.
        registry: what ``/metrics`` shows.
        reading: how alerts are read; None means the defaults.
    """
    doors = _Doors(core, clock, metrics, reading or AlertReading())
    posts = [Route(door.path, _endpoint(doors, door), methods=["POST"]) for door in ALERT_DOORS]
    return Starlette(routes=[*posts, *probes.routes(core, registry)])


def _endpoint(doors: _Doors, door: AlertDoor) -> Callable[[Request], object]:
    async def post(request: Request) -> Response:
        with doors.held.body() as body:
            try:
                outcome = await _take(doors, door, request, body)
            except InterlockError as error:
                response = refused(error)
            else:
                doors.metrics.alerts(door.name, outcome.counts)
                response = JSONResponse(outcome.answer())
        doors.metrics.post(door.name, response.status_code)
        return response

    return post


async def _take(doors: _Doors, door: AlertDoor, request: Request, body: Body) -> Outcome:
    if not doors.core.ready():
        raise NotReady("the service is starting or stopping; nothing was taken")
    source = request.query_params.get("source", door.name)
    if not 0 < len(source) <= _MAX_SOURCE:
        raise PostRefused(400, f"source: expected 1 to {_MAX_SOURCE} characters")
    delivery = Delivery(source, doors.clock.now_ms())
    try:
        items = door.alerts(await body.read(request))
    except PostRefused:
        raise
    except RequestRejected as error:
        # It will not get better by being sent again; what it was is worth keeping.
        await doors.core.quarantine([quarantined(bytes(body.data), str(error))], door=door.name)
        raise
    if len(items) > MAX_ALERTS:
        raise PostRefused(413, f"alerts: expected at most {MAX_ALERTS}, found {len(items)}")
    return await take(doors.core, items, door.reader(delivery, doors.reading), door=door.name)
