"""A site whose database and web server are started side by side, in simulated time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from interlock.testing import Answer, Harness, MemoryStore
from tests import bundles

GOOD = {"status": 200}
ON_CALL = ("on-call",)


class Site(Harness):
    """A harness whose executors succeed and whose probes see that it worked."""

    def __init__(
        self,
        files: Mapping[str, str] | None = None,
        store: MemoryStore | None = None,
        *,
        at: int = 0,
    ) -> None:
        super().__init__(files or bundles.fork_bundle(), store=store)
        self.now = max(self.now, at)
        for action in ("gate.close", "gate.open", "part.halt"):
            self.script(action, Answer())
        self.script("part.start", Answer(outputs={"pid": 7}))
        self.observe("http.look", GOOD)

    def down(self, site: str = "site", db: str = "db-1", web: str = "web-1") -> None:
        """Say that a site is down, and let the gate be closed: its machine forks."""
        self.signal("site.down", site=site, db=db, web=web)
        self.advance("3s")

    def well(self, part: str = "db-1") -> None:
        """Say that a part answers."""
        self.signal("part.well", part=part, latency=1)

    @property
    def parent(self) -> str:
        """Id of the first incident."""
        return self.incidents[0].id

    def branch(self, name: str) -> str:
        """Return the id of the youngest branch of that name."""
        return [row.id for row in self.incidents if row.id.endswith(f".{name}")][-1]

    def approve(self, choice: str = "approve") -> None:
        """Answer what branch ``web`` asks."""
        self.answer(self.branch("web"), choice, roles=ON_CALL)

    def outcomes(self) -> dict[str, str | None]:
        """Return how each incident ended, by the last part of its id; the parent's is empty."""
        return {r.id.partition(".")[2].partition(".")[2]: r.outcome for r in self.incidents}

    def notes(self, topic: str) -> list[dict[str, Any]]:
        """Return what the decisions say under a topic, in order."""
        entries = [json.loads(line)["entry"] for line in self.export().splitlines()]
        return [note for entry in entries for note in entry.get(topic, ())]

    def done(self) -> list[str]:
        """Return the attempts that were sent: action and part, in order."""
        return [" ".join([a.action, *map(str, a.inputs.values())]) for a in self.scripts.attempts]


def with_text(old: str, new: str) -> dict[str, str]:
    """Return the bundle of the site with a text replaced."""
    files = bundles.fork()
    assert old in files["fork.yaml"]
    return {**files, "fork.yaml": files["fork.yaml"].replace(old, new)}


def moves_of(site: Site, incident: str) -> list[tuple[str, str]]:
    """Return trigger and destination of each move of an incident."""
    return [(r.trigger, r.dest) for r in site.store.transitions if r.incident == incident]
