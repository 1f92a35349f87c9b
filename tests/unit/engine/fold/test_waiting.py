"""Waits for facts: one that stands counts, one that goes does not."""

from __future__ import annotations

import pytest

from tests import bundles
from tests.unit.engine.fold.conftest import Web


@pytest.fixture
def fact_web() -> Web:
    """A machine that, once it has restarted the service, waits for a release to be suspect."""
    files = bundles.web()
    files["restart-service.machine.yaml"] = files["restart-service.machine.yaml"].replace(
        "      signal: site.probe\n      where: service == ctx.service && up\n",
        "      fact: release.suspect\n      where: service == ctx.service\n",
    )
    return Web(files)


def test_a_fact_that_comes_and_stands_is_met(fact_web: Web) -> None:
    fact_web.probe(up=False)
    fact_web.advance("5s")
    fact_web.deploy()
    fact_web.errors(0.75)
    fact_web.advance("1s")

    assert fact_web.incidents[0].outcome == "resolved"


def test_a_fact_that_stood_before_the_wait_began_is_met(fact_web: Web) -> None:
    fact_web.probe(up=False)
    fact_web.deploy()
    fact_web.errors(0.75)
    fact_web.advance("5s")

    assert fact_web.incidents[0].outcome == "resolved"


def test_a_fact_that_goes_before_it_has_held_long_enough_is_not_met(fact_web: Web) -> None:
    fact_web.probe(up=False)
    fact_web.advance("5s")
    fact_web.deploy()
    fact_web.errors(0.75)
    fact_web.advance("500ms")
    fact_web.errors(0.0)
    fact_web.advance("5s")

    assert fact_web.incidents[0].state == "watching"
