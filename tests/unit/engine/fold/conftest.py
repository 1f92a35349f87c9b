"""A web service in simulated time, ready to be broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from interlock.engine.partition import Released
from interlock.testing import Answer, Harness, MemoryStore
from tests import bundles
from tests.unit.engine.fold.site import Site

GOOD = {"status": 200}
BAD = {"status": 500}


class Web(Harness):
    """A harness whose executors do as they are told and whose probes see that it worked."""

    def __init__(
        self,
        files: Mapping[str, str] | None = None,
        store: MemoryStore | None = None,
        *,
        engines: str = "reference",
        at: int | None = None,
    ) -> None:
        self._start_at = at
        self.silent = False
        self.recalls: list[tuple[str, int, int]] = []
        super().__init__(files or bundles.web_bundle(), store=store, engines=engines)

    def _begin(self, content: bytes, engines: str) -> None:
        self.now = max(self.now, self._start_at or 0)
        self.script("web.restart", Answer(outputs={"pid": 7, "state": "RUNNING"}))
        self.script("web.switch", Answer(outputs={"before": "v2"}))
        self.script("web.switch_back", Answer(outputs={"before": "v1"}))
        self.script("page.on_call", Answer())
        self.observe("supervisord.process", {"found": True})
        self.observe("http.look", GOOD)
        self.observe("command.linked", {"to": "v2"})
        super()._begin(content, engines)

    def _dispatch(self, released: Released) -> None:
        self.recalls += released.recalls
        if self.silent:
            released.probes.clear()
        super()._dispatch(released)

    def probe(self, service: str = "shop", *, up: bool = True) -> None:
        """Send one look at a service."""
        self.signal("site.probe", service=service, up=up, code=200 if up else 0)

    def errors(self, value: float, service: str = "shop") -> None:
        """Send one error ratio of a service."""
        self.signal("site.error_ratio", service=service, value=value)

    def deploy(self, service: str = "shop") -> None:
        """Say that v2 replaced v1."""
        fields = {"service": service, "revision": "v2", "previous": "v1", "by": "ana"}
        self.signal("deploy.finished", **fields)

    @property
    def only(self) -> str:
        """Id of the one incident there is."""
        (incident,) = self.incidents
        return incident.id

    def actions(self, action: str | None = None) -> list[str]:
        """Return how the intents ended, or where they stand, in order."""
        rows = [r for r in self.store.actions.values() if action in (None, r.action)]
        return [r.outcome or r.status for r in sorted(rows, key=lambda r: (r.decided_seq, r.at))]


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def make_web() -> Callable[..., Web]:
    return Web


@pytest.fixture
def site() -> Site:
    """A site that is down; its machine has forked, and branch ``web`` asks."""
    site = Site()
    site.down()
    return site
