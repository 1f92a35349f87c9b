"""How incidents open, join, move and close."""

from __future__ import annotations

from tests.unit.engine.fold.conftest import Web


def test_a_firing_opens_an_incident_and_its_machine_starts(web: Web) -> None:
    web.probe(up=False)

    assert [(i.key, i.machine, i.state) for i in web.incidents] == [
        ("shop", "restart-service", "restarting")
    ]


def test_a_healed_service_is_resolved_only_when_the_signals_agree(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    before = web.incidents[0].outcome
    web.probe(up=True)
    web.advance("1s")

    assert before is None
    assert web.path(web.only) == ["restarting", "watching", "resolved"]
    assert web.incidents[0].outcome == "resolved"


def test_a_good_sample_must_hold_and_a_bad_one_starts_the_wait_anew(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("900ms")
    web.probe(up=False)
    web.advance("900ms")
    web.probe(up=True)
    web.advance("900ms")

    assert web.incidents[0].state == "watching"


def test_the_same_condition_again_does_not_open_a_second_incident(web: Web) -> None:
    web.probe(up=False)
    web.advance("100ms")
    web.signal("site.probe", service="shop", up=False, code=1)

    assert len(web.incidents) == 1


def test_a_condition_that_ends_and_comes_back_opens_a_new_incident(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("1s")
    web.probe(up=False)

    assert [i.outcome for i in web.incidents] == ["resolved", None]


def test_a_wait_that_runs_out_hands_over_and_pages(web: Web) -> None:
    web.probe(up=False)
    web.advance("1m")

    assert web.incidents[0].outcome == "handed_over"
    assert web.actions("page.on_call") == ["done"]


def test_an_abort_ends_the_incident_and_names_who_ordered_it(web: Web) -> None:
    web.probe(up=False)
    web.command("abort", web.only)

    assert web.incidents[0].outcome == "aborted"
    assert web.store.transitions[-1].actor == "test"


def test_a_chain_of_rules_blames_the_release_and_rolls_it_back(web: Web) -> None:
    web.deploy()
    web.errors(0.75)

    assert [i.machine for i in web.incidents] == ["rollback-release"]


def test_without_a_release_to_blame_the_lower_rule_acts(web: Web) -> None:
    web.errors(0.75)

    assert [i.machine for i in web.incidents] == ["fail-over"]


def test_a_cure_that_does_not_hold_is_undone_and_handed_over(web: Web) -> None:
    web.errors(0.75, "api")
    web.advance("3s")
    web.errors(0.0, "api")
    web.advance("2s")
    web.errors(1.0, "api")
    web.advance("20s")

    assert web.path(web.only) == ["switching", "watching", "undoing", "handed_over"]
    assert web.actions("web.switch_back") == ["done"]
    assert web.actions("page.on_call") == ["done"]


def test_annotations_and_acknowledgements_are_kept(web: Web) -> None:
    web.probe(up=False)
    web.command("annotate", web.only, "looks like the disk")
    web.command("acknowledge", web.only)

    assert web.incidents[0].acknowledged_by == "test"
    assert [a.text for a in web.store.annotations] == ["looks like the disk"]
