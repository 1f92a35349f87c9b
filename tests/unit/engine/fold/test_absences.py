"""What is absent, in the whole: listened for over stops and bundles, explained, still evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.explain import Explainer
from interlock.engine.fold import evidence, snapshot
from interlock.engine.fold.decide import LISTEN_MS
from interlock.engine.journal.reader import Reader
from interlock.engine.whynot import why_not
from interlock.rules.temporal.lulls import Lulls
from tests import bundles
from tests.scale import count
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.fold.test_lasting import lines
from tests.unit.engine.kept import history, keep

FOR_MS = 180_000
FILES = bundles.web()
SILENT = {
    **FILES,
    "rules.yaml": FILES["rules.yaml"]
    .replace(
        '      - signal: site.probe\n        as: look\n        where: "!up"\n',
        "      - absent: {signal: site.probe, key: {service: [shop, stock]}, for: 3m}\n"
        "        as: look\n",
    )
    .replace("nothing answers for ${look.service}", "nothing of ${look.service} ${look.since}"),
}
WARM = {
    **SILENT,
    "rules.yaml": SILENT["rules.yaml"].replace("for: 3m", "for: 3m, after_start: 10m"),
}


@pytest.fixture
def web() -> Web:
    return Web(SILENT)


def keys(web: Web) -> list[str]:
    return [one.key for one in web.incidents]


def restarted(web: Web, down_ms: int = 0, files: dict[str, str] = SILENT) -> Web:
    return Web(files, store=web.store, at=web.now + down_ms)


def missed(web: Web) -> list[str]:
    """Return the services that are missed at this moment."""
    memory = web.state.memory
    assert memory is not None
    firings = [one for one in memory.firings() if one.rule == "web/site-down"]
    return sorted(one.consequences[0].incident for one in firings)


def test_an_incident_begins_for_each_service_that_is_silent_although_nothing_comes(web: Web):
    web.advance("2m")
    web.probe("shop")
    web.advance("59999ms")
    assert keys(web) == []

    web.advance("1ms")

    assert keys(web) == ["stock"]
    assert {"timer"} == {row.kind for row in web.store.entries[-3:] if row.kind != "decision"}


def test_a_signal_withdraws_what_was_missed(web: Web):
    web.advance("3m")
    assert missed(web) == ["shop", "stock"]

    web.probe("stock")

    assert missed(web) == ["shop"]


# --- stops --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("down", "wait"), [(100, LISTEN_MS), (3_600_000, LISTEN_MS)])
def test_who_reported_while_nobody_listened_is_not_missed(web: Web, down: int, wait: int):
    web.advance("2m59s")
    again = restarted(web, down)
    again.advance(f"{wait - 1}ms")
    again.probe("shop")
    assert keys(again) == []

    again.advance("1ms")

    assert keys(again) == ["stock"]


def test_a_start_in_the_middle_of_a_silence_does_not_shorten_it_or_make_it_longer(web: Web):
    web.advance("1m")
    again = restarted(web, 1_000)
    again.advance(f"{FOR_MS - 61_001}ms")
    assert keys(again) == []

    again.advance("1ms")

    assert keys(again) == ["shop", "stock"]


def test_after_start_holds_after_every_start():
    web = Web(WARM)
    web.advance("9m59s")
    again = restarted(web, 0, WARM)
    again.advance("9m59s")
    assert keys(again) == []

    again.advance("1s")

    assert keys(again) == ["shop", "stock"]


def test_what_was_missed_before_a_stop_is_so_after_it(web: Web):
    web.advance("3m")
    again = restarted(web, 3_600_000)

    assert missed(again) == ["shop", "stock"]
    again.probe("shop")
    assert missed(again) == ["stock"]


HAPPENS = st.lists(
    st.tuples(st.sampled_from(["shop", "stock", "start", "dump"]), st.integers(0, 200_000)),
    max_size=8,
)


def odd_moments(happens: list[tuple[str, int]]) -> list[int]:
    """Return when a service misses otherwise than a look at all times of signals and starts."""
    web = Web(SILENT)
    since = dict.fromkeys(["shop", "stock"], web.now)
    not_before = dict.fromkeys(since, web.now + LISTEN_MS)
    odd = []
    for what, later in happens:
        web.advance(f"{later}ms")
        gone = sorted(n for n in since if web.now >= max(since[n] + FOR_MS, not_before[n]))
        odd += [web.now] if missed(web) != gone else []
        if what == "start":
            web = restarted(web)
            not_before |= {n: web.now + LISTEN_MS for n in since if n not in gone}
        elif what == "dump":
            data = snapshot.take(web.state)
            web._partition.state = snapshot.restore(data, {web.bundle.digest: web.bundle})
        else:
            web.probe(what)
            since[what] = web.now
    return odd


@settings(max_examples=count(sample=20, full=1_000))
@given(HAPPENS)
def test_it_is_missed_iff_a_naive_look_at_signals_and_starts_says_so(happens):
    """missed at t ⟺ t - last heard ≥ for and t - last start ≥ 30 s, or missed before that start."""
    assert odd_moments(happens) == []


def test_a_service_that_forgets_to_listen_after_a_start_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """Negative control of the law above."""
    happens = [("start", 170_000), ("shop", 20_000)]
    assert odd_moments(happens) == []

    monkeypatch.setattr(Lulls, "put_off", lambda *_, **__: [])

    assert len(odd_moments(happens)) == 1


def test_a_life_that_ends_and_begins_at_once_finds_what_it_left(web: Web):
    """recover(store) == the state before, but for the entry of the start; and so once more."""
    web.advance("2m")
    web.probe("shop")
    web.advance("2m")
    assert missed(web) == ["stock"]

    again = restarted(restarted(web))

    assert missed(again) == ["stock"]
    held, before = (
        [one.held.id if one.held else None for one in life.state.memory._state.lulls]
        for life in (again, web)
    )
    assert sorted(map(str, held)) == sorted(map(str, before))


# --- other rules --------------------------------------------------------------------------------


def test_other_rules_beside_it_let_the_silence_go_on(web: Web):
    web.advance("2m50s")
    other = {**SILENT, "rules.yaml": SILENT["rules.yaml"].replace("value > 0.5", "value > 0.6")}
    again = restarted(web, 0, other)
    again.advance("29s")
    assert keys(again) == []

    again.advance("1s")

    assert keys(again) == ["shop", "stock"]


def test_rules_that_listen_first_begin_when_they_come():
    web = Web(FILES)
    web.advance("1h")
    again = restarted(web)
    again.advance("2m59s")
    assert keys(again) == []

    again.advance("1s")

    assert keys(again) == ["shop", "stock"]


# --- explained, and evidence --------------------------------------------------------------------


def test_why_tells_since_when_nothing_was_heard_and_of_what(web: Web, tmp_path: Path):
    web.probe("shop")
    web.advance("3m")
    incident = web.incidents[0]
    assert incident.key == "shop"

    with history(web.store, tmp_path) as found:
        told = lines(Explainer(found).explain(incident.id))

    title = "time: look: no site.probe of service=shop since 2026-03-02T09:00:00Z"
    place = told.index(f"      {title}")
    assert told[place - 1] == "    firing: web/site-down: nothing of shop 2026-03-02T09:00:00Z"
    assert told[place + 1].startswith("        signal: site.probe from test")


def test_why_not_tells_who_was_heard_when_and_that_nobody_else_is_listed(web: Web, tmp_path: Path):
    def asked(service: str) -> list[tuple[str, str, dict[str, str]]]:
        with Reader(keep(web.store, tmp_path / f"{web.now}-{service}.db")) as reader:
            miss = why_not(reader, "site-down", at=web.now, where={"service": service}).miss
        return [(t.text, t.verdict.value, dict(t.seen)) for c in miss.conditions for t in c.tests]

    web.advance("1m")
    web.probe("shop")
    web.advance("2m")
    heard = {"since": "2026-03-02T09:01:00Z", "due": "2026-03-02T09:04:00Z"}

    assert asked("shop")[-1] == ("absent for 3m", "false", heard)
    assert asked("stock")[-1] == ("absent for 3m", "true", {"since": "2026-03-02T09:00:00Z"})
    assert asked("cellar") == []


def test_what_is_absent_is_evidence_as_long_as_it_is(web: Web):
    web.advance("13m")
    incident = next(one for one in web.state.incidents.values() if one.key == "shop")

    assert evidence.oldest(web.state, incident, web.now) == web.now
    web.probe("shop")
    web.advance("1m")
    assert evidence.oldest(web.state, incident, web.now) == web.now - 660_000
