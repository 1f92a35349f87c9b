"""What the fold does with what the rules find."""

from __future__ import annotations

from interlock.engine.fold.decide import fold
from interlock.engine.fold.state import State
from interlock.engine.model import Entry
from tests import bundles
from tests.unit.engine.fold.conftest import Web


def changed(old: str, new: str, name: str = "rules.yaml") -> Web:
    files = bundles.web()
    assert old in files[name]
    return Web({**files, name: files[name].replace(old, new)})


def test_a_shadow_fires_into_the_journal_and_nowhere_else() -> None:
    web = changed("    salience: 100\n", "    salience: 100\n    status: shadow\n")
    web.probe(up=False)

    assert '"shadow":true' in web.export()
    assert web.incidents == []


def test_advice_is_written_down() -> None:
    web = changed(
        "    then:\n      - start: restart-service\n",
        "    then:\n      - advise: have a look\n      - start: restart-service\n",
    )
    web.probe(up=False)

    assert '"advice":[{"firing":' in web.export()
    assert '"text":"have a look"' in web.export()


def test_what_cannot_be_decided_is_written_down() -> None:
    web = changed(
        "        where: value > 0.5\n      - not:",
        "        where: value / (value - value) > 0.5\n      - not:",
    )
    web.errors(0.75)

    assert '"unknowns":[' in web.export()
    assert web.incidents == []


def test_rules_that_want_different_things_are_written_down() -> None:
    web = Web()
    web.errors(0.75)
    web.probe(up=False)

    assert '"conflicts":[{"group":"remedy"' in web.export()


def test_a_machine_that_may_not_be_started_so_is_not() -> None:
    """Its context is checked as it is at every door: the value comes from a label."""
    web = changed(
        "context:\n  service: string\n",
        'context:\n  service: {type: string, pattern: "[a-z]+"}\n',
        "restart-service.machine.yaml",
    )
    web.probe("SHOP; reboot", up=False)

    assert web.incidents == []
    assert '"not_started":[{"firing":' in web.export()


def test_a_context_is_set_on_the_way() -> None:
    web = changed(
        "on: {met: resolved}",
        'on: {met: {to: resolved, set: {service: "${ctx.service}!"}}}',
        "restart-service.machine.yaml",
    )
    web.probe(up=False)
    web.advance("5s")
    web.probe(up=True)
    web.advance("1s")

    assert '"context":[{"incident":' in web.export()
    assert '"values":{"service":"shop!"}' in web.export()


EVENT = """
  - id: calm
    title: Calm again
    severity: low
    when:
      - signal: site.probe
        as: look
        where: up
    then:
      - send: calmed
        incident: ${look.service}
    why: it answers
"""


def with_event() -> Web:
    return Web(with_event_files())


def with_event_files() -> dict[str, str]:
    files = bundles.web()
    files["rules.yaml"] += EVENT
    machine = files["restart-service.machine.yaml"]
    machine = machine.replace("outcomes:", "events: {calmed: {}}\noutcomes:", 1)
    files["restart-service.machine.yaml"] = machine.replace(
        "    on:\n      done: watching\n",
        "    on:\n      calmed: resolved\n      done: watching\n",
        1,
    )
    return files


def test_an_event_reaches_the_open_incident_it_is_about_and_no_other() -> None:
    web = with_event()
    web.observe("http.look", {"status": 500})
    web.probe(up=False)
    web.probe("api", up=False)
    web.probe(up=True)
    web.probe("cart", up=True)

    assert [(row.key, row.outcome) for row in web.incidents] == [
        ("shop", "resolved"),
        ("api", None),
    ]


def test_an_event_is_not_sent_again_by_what_says_the_same_anew() -> None:
    web = with_event()
    web.observe("http.look", {"status": 500})
    web.signal("site.probe", service="shop", up=True, code=200)
    web.probe(up=False)
    web.probe(up=True)
    web.signal("site.probe", service="shop", up=True, code=201)

    assert web.export().count('"trigger":"calmed"') == 1


def test_a_signal_does_its_work_also_when_something_was_due_before_it(web: Web) -> None:
    web.probe("api", up=False)
    web.now += 60_000
    web.probe(up=False)

    assert "shop" in [row.key for row in web.incidents]


def test_a_signal_before_there_are_rules_is_only_kept() -> None:
    state = State()
    signal = {"name": "site.probe", "id": "1", "source": "t"}
    folded = fold(state, Entry.of(0, {"at": 1, "kind": "signal", "signal": signal}), {})

    assert folded.decision is None
    assert (state.seq, state.at) == (0, 1)


def test_a_signal_that_leads_to_nothing_lets_what_was_due_before_it_happen(web: Web) -> None:
    web.probe(up=False)
    web.advance("5s")
    web.now += 30_000
    web.signal("nobody.asks")

    assert web.incidents[0].outcome == "handed_over"


def test_what_the_engines_differ_on_disputes_only_what_rests_on_it() -> None:
    web = Web(engines="both")
    web.probe(up=False)
    web.probe("api", up=False)
    about = {"position": web.state.evaluations[0].position, "pack": "p", "expected": []}
    web.record({"kind": "disagreement", **about, "found": []})

    assert [i.disputed for i in web.state.incidents.values()] == [True, False]


def test_a_guard_that_does_not_hold_leaves_the_machine_where_it_is() -> None:
    files = with_event_files()
    machine = files["restart-service.machine.yaml"]
    files["restart-service.machine.yaml"] = machine.replace(
        "      calmed: resolved\n",
        '      calmed: [{to: resolved, if: ctx.service == "api"}, {else: stay}]\n',
    )
    web = Web(files)
    web.observe("http.look", {"status": 500})
    web.probe(up=False)
    web.probe(up=True)

    assert web.incidents[0].state == "restarting"
