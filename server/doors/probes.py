"""GET /livez, /readyz and /metrics."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from interlock.server.core import Readiness


def routes(core: Readiness, registry: CollectorRegistry) -> list[Route]:
    """Return the routes a supervisor and a Prometheus ask."""

    async def livez(_: Request) -> Response:
        """Answer at all: the event loop turns."""
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        """Say whether signals are being journalled, and whether everything is frozen."""
        ready = core.ready()
        content = {"ready": ready, "frozen": core.frozen()}
        return JSONResponse(content, 200 if ready else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
