"""What must last, in the whole: due by entries alone, explained, kept over stops and bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.explain import Explainer
from interlock.engine.fold import snapshot
from interlock.engine.fold.decide import LISTEN_MS
from interlock.engine.journal.reader import Reader
from interlock.engine.whynot import why_not
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import history, keep
from tests.unit.engine.reasons import lines

LASTING = {
    **bundles.web(),
    "rules.yaml": bundles.web()["rules.yaml"].replace(
        '        where: "!up"\n', '        where: "!up"\n        for: 20s\n'
    ),
}


@pytest.fixture
def web() -> Web:
    return Web(LASTING)


def test_an_incident_begins_when_the_state_has_lasted_although_nothing_is_said(web: Web) -> None:
    web.probe(up=False)
    web.advance("19s")
    assert list(web.incidents) == []

    web.advance("1s")

    assert [one.machine for one in web.incidents] == ["restart-service"]
    (kind,) = [row.kind for row in web.store.entries if row.kind == "timer"][:1]
    assert kind == "timer"


def test_a_look_that_found_it_up_begins_the_wait_anew(web: Web) -> None:
    web.probe(up=False)
    web.advance("10s")
    web.probe(up=True)
    web.probe(up=False)
    web.advance("19s")

    assert list(web.incidents) == []


def test_why_tells_since_when_it_lasted_and_from_which_signal(web: Web, tmp_path: Path) -> None:
    web.probe(up=False)
    web.advance("20s")

    with history(web.store, tmp_path) as found:
        told = lines(Explainer(found).explain(web.only))

    place = told.index("      time: look: site.probe held since 2026-03-02T09:00:00Z")
    assert told[place - 1] == "    firing: web/site-down: nothing answers for shop"
    assert told[place + 1].startswith("        signal: site.probe from test")


def test_why_tells_a_number_and_the_signals_behind_it(tmp_path: Path) -> None:
    counting = LASTING["rules.yaml"].replace(
        '      - signal: site.probe\n        as: look\n        where: "!up"\n        for: 20s\n',
        "      - {signal: site.probe, as: look, where: '!up'}\n"
        "      - count: {signal: deploy.finished, where: service == look.service, over: 1h}\n"
        "        as: releases\n"
        "        where: releases >= 2\n",
    )
    web = Web(
        {**LASTING, "rules.yaml": counting.replace("answers for", "answers (${releases}) for")}
    )
    web.deploy()
    web.deploy()
    web.probe(up=False)

    with history(web.store, tmp_path) as found:
        told = lines(Explainer(found).explain(web.only))

    title = "releases: 2 of deploy.finished counted since 2026-03-02T09:00:00Z"
    place = told.index(f"      time: {title}")
    assert [line.split(" (")[0] for line in told[place + 1 : place + 3]] == [
        "        signal: deploy.finished from test"
    ] * 2


def test_why_not_tells_that_it_does_not_last_yet_and_then_since_when(
    web: Web, tmp_path: Path
) -> None:
    def asked() -> list[tuple[str, str, dict[str, str]]]:
        with Reader(keep(web.store, tmp_path / f"{web.now}.db")) as reader:
            (condition,) = why_not(reader, "site-down", at=web.now).miss.conditions
        return [(one.text, one.verdict.value, dict(one.seen)) for one in condition.tests]

    web.probe(up=False)
    web.advance("1s")
    assert asked()[-1] == ("for 20s", "false", {})

    web.advance("19s")
    assert asked()[-1] == ("for 20s", "true", {"since": "2026-03-02T09:00:00Z"})


@pytest.mark.parametrize("wait", ["5s", "20s"])
def test_a_state_taken_out_and_put_back_continues(web: Web, wait: str) -> None:
    web.probe(up=False)
    web.advance(wait)

    data = snapshot.take(web.state)
    web._partition.state = snapshot.restore(data, {web.bundle.digest: web.bundle})

    assert snapshot.take(web.state) == data
    web.advance("20s")
    assert len(web.incidents) == 1


def test_what_lasted_while_the_service_was_down_may_still_be_contradicted(web: Web) -> None:
    web.probe(up=False)
    again = Web(LASTING, store=web.store, at=web.now + 25_000)
    again.probe(up=True)
    again.advance(LISTEN_MS)

    assert list(again.incidents) == []


def test_what_lasted_and_is_not_contradicted_acts_when_there_was_time_to_listen(web: Web) -> None:
    """Negative control of the above."""
    web.probe(up=False)
    again = Web(LASTING, store=web.store, at=web.now + 25_000)
    again.advance("4s")
    again.probe(up=False)
    assert list(again.incidents) == []
    again.advance(LISTEN_MS)

    assert len(again.incidents) == 1


def _with(old: str, new: str) -> dict[str, str]:
    assert old in LASTING["rules.yaml"]
    return {**LASTING, "rules.yaml": LASTING["rules.yaml"].replace(old, new)}


@pytest.mark.parametrize(
    ("files", "left_ms"),
    [
        pytest.param(_with("value > 0.5", "value > 0.6"), 10_000, id="another rule"),
        pytest.param(_with("for: 20s", "for: 18s"), 18_000, id="this condition"),
    ],
)
def test_a_run_goes_on_under_other_rules_that_ask_for_the_same(
    web: Web, files: dict[str, str], left_ms: int
) -> None:
    web.probe(up=False)
    web.advance("10s")
    again = Web(files, store=web.store, at=web.now)
    again.advance(left_ms - 1)
    assert list(again.incidents) == []

    again.advance(1)

    assert len(again.incidents) == 1


def test_an_incident_goes_on_under_other_rules(web: Web) -> None:
    web.probe(up=False)
    web.advance("20s")
    (before,) = web.state.supports

    again = Web(_with("value > 0.5", "value > 0.6"), store=web.store)

    (firing,) = again.state.supports
    assert firing != before
    assert [one.id for one in again.incidents] == [web.only]
