"""Other declarations take over while things are going on: what was known is read anew."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.fold.other_rules import OTHER_WORDS, changed, held, restarted


def test_a_signal_lives_no_longer_because_the_rules_changed() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("29s")
    again = restarted(web, OTHER_WORDS)
    before = held(again)
    again.advance("2s")

    assert (before, held(again)) == (True, False)


def test_a_shorter_ttl_counts_from_when_the_signal_came() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("6s")
    again = restarted(web, changed("signals.yaml", "ttl: 30s", "ttl: 5s"))

    assert not held(again)


@pytest.mark.parametrize(
    "signals",
    [
        changed("signals.yaml", "up: bool", "up: string"),
        changed("signals.yaml", "up: bool", "up: bool\n      region: string"),
        changed("signals.yaml", "{type: int, min: 0,", "{type: int, min: 1,"),
        changed(
            "signals.yaml",
            "      up: bool\n      code",
            "      up: {type: bool, optional: true}\n      kode",
        ),
    ],
    ids=["another type", "one more field", "a narrower range", "a field less"],
)
def test_a_signal_that_is_no_longer_what_is_declared_is_left_behind(
    signals: Mapping[str, str],
) -> None:
    web = Web()
    web.probe(up=False)
    web.probe("api", up=False)
    files = {
        **signals,
        "rules.yaml": bundles.web()["rules.yaml"].replace('where: "!up"', "where: service != ''"),
        "restart-service.machine.yaml": bundles.web()["restart-service.machine.yaml"].replace(
            "where: service == ctx.service && up", "where: service == ctx.service"
        ),
    }
    again = restarted(web, files)

    assert again.state.memory is not None
    assert again.state.memory.signals() == ()
    assert again.state.supports == {}
    assert len(again.incidents) == 2


def test_a_signal_that_is_no_longer_declared_is_left_behind() -> None:
    web = Web()
    web.errors(0.75)
    web.probe(up=True)
    files = {
        name: text.replace("site.error_ratio", "site.errors")
        for name, text in bundles.web().items()
    }
    again = restarted(web, files)
    again.advance("1s")

    assert again.state.supports == {}
    assert [row.outcome for row in again.incidents] == [None]


def test_a_signal_keeps_the_latest_of_what_was_kept_apart() -> None:
    web = Web(
        changed(
            "signals.yaml",
            "    doc: One look at a service, as its users see it.\n    keep: latest",
            "    doc: One look.\n    keep: all",
        )
    )
    web.probe(up=False)
    web.advance("1s")
    web.signal("site.probe", service="shop", up=False, code=1)
    again = restarted(web, bundles.web())

    assert web.state.memory is not None
    assert again.state.memory is not None
    assert [s.fields["code"] for s, _ in web.state.memory.signals()] == [0, 1]
    assert [s.fields["code"] for s, _ in again.state.memory.signals()] == [1]


def test_an_open_incident_hears_signals_as_they_were_declared_when_it_began() -> None:
    """`up` is a truth value to the machine that waits and a text to the rules of today."""
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    files = {
        **changed("signals.yaml", "up: bool", "up: string"),
        "rules.yaml": bundles.web()["rules.yaml"].replace('where: "!up"', "where: up == 'no'"),
        "restart-service.machine.yaml": bundles.web()["restart-service.machine.yaml"].replace(
            "where: service == ctx.service && up", "where: service == ctx.service && up == 'yes'"
        ),
    }
    again = restarted(web, files)
    again.signal("site.probe", service="shop", up="yes", code=200)
    again.advance("2s")
    waiting = again.incidents[0].outcome
    again.probe(up=True)
    again.advance("2s")

    assert waiting is None
    assert again.incidents[0].outcome == "resolved"


def test_an_open_incident_hears_of_signals_the_rules_have_forgotten() -> None:
    web = Web()
    web.probe(up=False)
    web.advance("5s")
    files = {name: text.replace("site.probe", "site.look") for name, text in bundles.web().items()}
    again = restarted(web, files)
    again.probe(up=True)
    again.advance("2s")

    assert again.incidents[0].outcome == "resolved"
