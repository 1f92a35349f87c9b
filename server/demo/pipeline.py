"""The delivery pipeline of the demo: it tells Interlock over gRPC what it has released."""

from __future__ import annotations

from interlock.client import Client, signal


class Pipeline:
    """Releases and says so.

    Args:
        client: of the service that is told.
        run: text that makes the ids of this run its own.
    """

    def __init__(self, client: Client, run: str) -> None:
        self._client = client
        self._run = run

    async def deployed(self, service: str, *, revision: str, previous: str, by: str) -> None:
        """Report that a release went live."""
        event = signal(
            "deploy.finished",
            id=f"{self._run}-deploy-{service}-{revision}",
            source="pipeline",
            subject=service,
            values={"service": service, "revision": revision, "previous": previous, "by": by},
        )
        await self._client.signals.ingest([event])
