"""What has been said in a run that is led, and what would be news."""

from __future__ import annotations

from interlock.rules.network import ElementKind
from interlock.testing.generate.grounds import Coming
from interlock.testing.generate.world import World
from interlock.testing.scripts import Scripts
from tests import bundles

WELL = {"part": "db-1", "latency": 5}


def test_a_signal_is_news_unless_the_last_of_its_key_said_the_same() -> None:
    world = World(bundles.fork_bundle(), Scripts())
    assert world.is_news("part.well", WELL)

    world.come(Coming(ElementKind.SIGNAL, "part.well", WELL, 0))

    assert not world.is_news("part.well", {**WELL, "at": 5, "status": "firing"})
    assert world.is_news("part.well", {**WELL, "latency": 6})
    assert world.is_news("part.well", {**WELL, "part": "db-2"})
    assert world.is_news("site.lost", {"site": "here"})
