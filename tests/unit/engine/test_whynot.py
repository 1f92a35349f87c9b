"""Why a rule is silent at a moment: the journal folded again, and everything that was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.engine import whynot as module
from interlock.engine.journal.reader import Reader
from interlock.engine.whynot import Silence, why_not
from interlock.errors import NotFound, RequestRejected
from interlock.language.values import parse_timestamp
from interlock.testing import MemoryStore
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep

NINE = parse_timestamp("2026-03-02T09:00:00Z")
Ask = Callable[..., Silence]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return a function that asks the store of a simulated service."""

    def call(service: Web, rule: str, *, at: int | None = None, **where: str) -> Silence:
        path = keep(service.store, tmp_path / f"{len(list(tmp_path.iterdir()))}.db")
        with Reader(path) as reader:
            return why_not(reader, rule, at=at, where=where)

    return call


def seen(silence: Silence) -> list[tuple]:
    """Return type, verdict, position and what the tests saw, of each condition."""
    return [
        (c.type, c.verdict.value, c.element and c.element.position, [dict(t.seen) for t in c.tests])
        for c in silence.miss.conditions
    ]


def test_a_signal_that_no_rule_wanted_is_remembered_with_its_entry(ask: Ask) -> None:
    web = Web()
    web.signal("site.error_ratio", service="shop", value=0.25)
    seq = next(row.seq for row in web.store.entries if row.kind == "signal")

    silence = ask(web, "fail-over")

    assert silence.rule.id == "web/fail-over"
    assert seen(silence)[0] == ("site.error_ratio", "false", seq, [{"value": "0.25"}])
    assert silence.firing is None


def test_a_missing_fact_leads_to_the_rule_that_asserts_it(ask: Ask) -> None:
    web = Web()
    web.signal("site.error_ratio", service="shop", value=0.25)

    silence = ask(web, "web/roll-back")

    (below,) = silence.below["release.suspect"]
    assert below.rule.id == "web/suspect-release"
    assert seen(below)[0][:2] == ("site.error_ratio", "false")


def test_the_moment_asked_about_counts_not_the_end(ask: Ask) -> None:
    web = Web()
    web.signal("site.error_ratio", service="shop", value=0.75)
    web.advance("10s")
    web.signal("site.error_ratio", service="shop", value=0.25)

    assert ask(web, "fail-over").firing is None
    assert ask(web, "fail-over", at=NINE + 5_000).firing is not None


def test_what_has_expired_by_then_is_not_live_and_it_is_said_when_it_last_came(ask: Ask) -> None:
    web = Web()
    web.signal("site.error_ratio", service="shop", value=0.75)
    came = next(row.seq for row in web.store.entries if row.kind == "signal")

    silence = ask(web, "fail-over", at=NINE + 31_000)

    assert seen(silence)[0] == ("site.error_ratio", "false", None, [])
    assert silence.last["site.error_ratio"] == (came, NINE)
    assert silence.fired_before == (came, NINE)


def test_a_rule_that_another_keeps_from_acting_names_it(ask: Ask) -> None:
    web = Web()
    web.probe(up=False)
    web.signal("site.error_ratio", service="shop", value=0.75)

    silence = ask(web, "fail-over")

    assert (silence.miss.missed, silence.firing, silence.holder) == (0, None, "web/site-down")


def test_a_group_held_for_another_incident_keeps_nobody(ask: Ask) -> None:
    web = Web()
    web.probe(up=False)
    web.signal("site.error_ratio", service="ledger", value=0.75)

    silence = ask(web, "fail-over")

    assert silence.firing is not None
    assert silence.holder is None


def test_what_was_said_before_the_bundle_changed_is_still_seen(ask: Ask) -> None:
    store = MemoryStore()
    web = Web(store=store)
    web.signal("site.error_ratio", service="shop", value=0.25)
    files = {**bundles.web(), "rules.yaml": bundles.web()["rules.yaml"].replace("0.5", "0.6")}
    changed = Web(files, store=store)

    silence = ask(changed, "fail-over")

    assert [t.text for t in silence.miss.conditions[0].tests] == ["value > 0.6"]
    assert seen(silence)[0][3] == [{"value": "0.25"}]


@pytest.mark.parametrize(("name", "hint"), [("fail-ovr", "web/fail-over"), ("no", "called 'no'")])
def test_a_rule_that_is_not_there_is_refused_with_the_nearest_name(
    ask: Ask, name: str, hint: str
) -> None:
    with pytest.raises(NotFound, match=hint):
        ask(Web(), name)


def renamed(store: MemoryStore) -> Web:
    """Return a service whose bundle calls a rule otherwise since 09:00:10."""
    Web(store=store)
    files = bundles.web()
    files["rules.yaml"] = files["rules.yaml"].replace("id: fail-over", "id: turn-over")
    return Web(files, store=store, at=NINE + 10_000)


def test_a_rule_of_an_earlier_bundle_is_refused_with_the_moment_it_ended(ask: Ask) -> None:
    with pytest.raises(
        NotFound, match=r"called 'fail-over' .*there was one until 2026-03-02T09:00:10"
    ):
        ask(renamed(MemoryStore()), "fail-over")


def test_a_rule_of_an_earlier_bundle_can_be_asked_about_its_own_time(ask: Ask) -> None:
    assert ask(renamed(MemoryStore()), "fail-over", at=NINE + 1).rule.id == "web/fail-over"


def test_no_more_rules_are_asked_below_than_can_be_told_and_that_is_said(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(Web(), "web/roll-back")
    monkeypatch.setattr(module, "MOST_BELOW", 0)

    cut = ask(Web(), "web/roll-back")

    assert (whole.miss.is_complete, list(whole.below)) == (True, ["release.suspect"])
    assert (cut.miss.is_complete, list(cut.below)) == (False, [])


def test_a_field_that_nothing_asked_for_has_is_refused(ask: Ask) -> None:
    with pytest.raises(RequestRejected, match=r"nothing that web/fail-over asks for has .*servce"):
        ask(Web(), "fail-over", servce="shop")


def test_before_the_first_bundle_there_is_no_rule_to_ask(ask: Ask) -> None:
    with pytest.raises(NotFound, match="no bundle that had been activated by then"):
        ask(Web(), "fail-over", at=NINE - 1)


def cooling() -> Web:
    """Return a service whose rule has fired, ended, and matches again within its cooldown."""
    files = bundles.web()
    rule = "  - id: fail-over\n"
    files["rules.yaml"] = files["rules.yaml"].replace(rule, rule + "    cooldown: 30m\n")
    web = Web(files)
    for value in (0.75, 0.25, 0.8):
        web.signal("site.error_ratio", service="shop", value=value)
    return web


def test_a_match_that_is_held_back_is_told_with_what_holds_it_and_until_when(ask: Ask) -> None:
    silence = ask(cooling(), "fail-over")

    assert silence.firing is None
    assert silence.suppressed is not None
    assert (silence.suppressed.kind, silence.suppressed.until) == ("cooldown", NINE + 30 * 60_000)


def test_a_rule_that_fires_is_not_held_back(ask: Ask) -> None:
    web = Web()
    web.signal("site.error_ratio", service="shop", value=0.75)

    assert ask(web, "fail-over").suppressed is None
