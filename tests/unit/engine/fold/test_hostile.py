"""Labels are written by whoever can crash a service: what they hold stays data, and bounded."""

from __future__ import annotations

import pytest

from interlock.engine.model import MOST_BODY_BYTES
from tests.unit.engine.fold.conftest import Web

HOSTILE = [
    "web-1; rm -rf /",
    "--checkpoint-action=exec=sh",
    "$(reboot)",
    "${service}",
    "shop\nshop",
    "\x1b[2Jshop",
    "shop\u202e",
    "shop\u200b",
    "../../etc/passwd",
    "x" * 30_000,
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_opens_an_incident_and_reaches_no_executor(web: Web, name: str) -> None:
    web.probe(name, up=False)
    web.advance("1s")

    assert web.incidents[0].key == name
    assert [a.action for a in web.scripts.attempts if a.action != "page.on_call"] == []


def test_the_longest_labels_a_door_lets_in_fit_into_decisions(web: Web) -> None:
    long = "x" * 32_000
    fields = {"service": long, "revision": long, "previous": "v1", "by": "ana"}
    web.signal("deploy.finished", **fields)
    web.errors(0.75, long)
    web.advance("1s")

    assert len(web.incidents) == 1
    assert max(len(row.body) for row in web.store.entries) <= MOST_BODY_BYTES
