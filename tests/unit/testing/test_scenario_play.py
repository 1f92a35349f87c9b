"""``play`` and ``judge``: what happens in simulated time, and what of it was expected."""

from __future__ import annotations

import pytest

from tests.unit.testing.given import DOWN, UP, indented, judged, load, misses

HEALED = f"given: [{DOWN}, {UP}]\n"
FAILED = f"given: [{DOWN}]\nprobes: {{http.look: {{status: 502}}}}\n"


def expected(given: str, *expectations: str) -> str:
    """Return a scenario that expects these things."""
    return given + "expect:\n" + "".join(f"  - {one}\n" for one in expectations)


@pytest.mark.parametrize(
    ("given", "expectation"),
    [
        (HEALED, "{fired: site-down}"),
        (HEALED, "{fired: web/site-down, why: nothing answers for shop}"),
        (HEALED, "{at: 0s, fired: site-down, why: /answers/, times: 1}"),
        (HEALED, "{at: 8s, not_fired: site-down}"),
        (HEALED, "{started: restart-service, incident: shop, with: {service: shop}}"),
        (HEALED, "{at: 0s, state: restarting}"),
        (HEALED, "{at: 7s, state: watching, incident: shop}"),
        (HEALED, "{by: 1m, state: watching, machine: restart-service, times: 1}"),
        (HEALED, "{at: 2s, path: [restarting, watching]}"),
        (HEALED, "{outcome: resolved}"),
        (HEALED, "{action: web.restart, with: {name: shop}, attempts: 1, result: done}"),
        (HEALED, "{at: 0s, outcome: resolved, times: 0}"),
        (FAILED, "{action: page.on_call, times: 1}"),
        (FAILED, "{action: web.restart, result: unverified}"),
        (FAILED, "{by: 16s, outcome: handed_over}"),
    ],
)
def test_what_happened_is_found(given: str, expectation: str) -> None:
    text = expected(given + "allow: [restart-service, web.restart, page.on_call]\n", expectation)

    assert misses(text) == []


@pytest.mark.parametrize(
    ("given", "expectation"),
    [
        (HEALED, "{fired: fail-over}"),
        (HEALED, "{fired: site-down, why: /nobody/}"),
        (HEALED, "{fired: site-down, times: 2}"),
        (HEALED, "{at: 8s, fired: site-down}"),
        (HEALED, "{at: 1s, not_fired: site-down}"),
        (HEALED, "never: {fired: site-down}"),
        (HEALED, "{started: restart-service, incident: api}"),
        (HEALED, "{at: 2s, state: restarting}"),
        (HEALED, "{by: 1ms, state: watching}"),
        (HEALED, "{state: watching, incident: api}"),
        (HEALED, "{path: [restarting, watching]}"),
        (HEALED, "{path: [restarting, handed_over]}"),
        (HEALED, "{by: 5s, outcome: resolved}"),
        (HEALED, "{outcome: handed_over}"),
        (HEALED, "{action: web.restart, with: {name: api}}"),
        (HEALED, "{action: web.restart, attempts: 2}"),
        (HEALED, "{action: web.restart, result: failed}"),
        (HEALED, "{action: page.on_call}"),
        (HEALED, "{fact: release.suspect}"),
        (FAILED, "never: {action: page.on_call}"),
    ],
)
def test_what_did_not_happen_is_missed(given: str, expectation: str) -> None:
    text = expected(given + "allow: [restart-service, web.restart, page.on_call]\n", expectation)

    assert {one[:5] for one in misses(text)} == {"RV410"}


def test_a_miss_names_what_came_nearest() -> None:
    (missed,) = judged(
        expected(HEALED, "{by: 5s, outcome: resolved}", "{action: web.restart}")
    ).misses

    assert str(missed) == (
        "shop.test.yaml:11:9: error [RV410] one: expected outcome resolved by 5s, found none"
        " (nearest: restart-service for shop ended resolved at 9s)"
    )


def test_a_miss_without_anything_near_names_what_happened_instead() -> None:
    text = expected(f"{HEALED}allow: [restart-service, web.restart]\n", "{fired: fail-over}")

    assert [one.hint for one in judged(text).misses] == [
        (
            "instead: restart-service for shop went restarting → watching → resolved at 0s;"
            " web/site-down fired at 0s"
        )
    ]


def test_a_signal_that_is_not_what_is_declared_is_named() -> None:
    text = expected("given: []\n", "{fired: site-down}")
    (scenario,) = load(text)

    assert [one.hint for one in judged(text).misses] == ["instead: no rule fired"]
    assert scenario.given == ()


def test_quiet_is_missed_when_anything_is_done() -> None:
    assert [one[:40] for one in misses(expected(HEALED, "quiet: true"))] == [
        "RV410 one: expected quiet, found that re",
        "RV410 one: expected quiet, found that we",
    ]
    assert misses(expected("given: []\n", "quiet: true")) == []


@pytest.mark.parametrize(
    ("expectation", "unexpected"),
    [
        ("{fired: site-down}", ["restart-service for shop started", "web.restart ran"]),
        ("{outcome: resolved}", ["web.restart ran"]),
        ("{action: web.restart}", ["restart-service for shop started"]),
        ("{path: [restarting, watching, resolved]}", []),
    ],
)
def test_what_nobody_expected_fails(expectation: str, unexpected: list[str]) -> None:
    found = misses(expected(HEALED, expectation))

    assert [
        one.partition("that ")[2].partition(" at ")[0].partition(" and ")[0] for one in found
    ] == (unexpected)


def test_an_attempt_without_a_fake_fails() -> None:
    text = f"""\
interlock: test/v1
probes: {{supervisord.process: {{found: true}}}}
scenarios:
  - name: one
    given: [{DOWN}]
    expect: [{{path: [restarting, handed_over]}}]
"""

    assert misses(text)[:1] == ["RV412 one: no fake answers attempt 1 of web.restart at 1ms"]


def test_answers_are_used_up_attempt_by_attempt() -> None:
    lists = "executors: {web.restart: [{times_out: true}, {returns: {pid: 8, state: RUNNING}}]}\n"
    short = "executors: {web.restart: [{times_out: true}]}\n"
    path = "{path: [restarting, watching, resolved]}"

    assert misses(expected(HEALED + lists, "{action: web.restart, attempts: 2}", path)) == []
    assert [one[:43] for one in misses(expected(HEALED + short, "{outcome: handed_over}", path))][
        -1:
    ] != []


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("{fails: BROKEN}", "failed"),
        ("{refuses: not now}", "refused"),
        ("[{times_out: true}, {times_out: true}]", "timed_out"),
        ("{hangs: true}", "refused"),  # the evidence is too old for a second attempt
        ("{lost: gone}", "done"),
        ("{returns: {pid: 1, state: UP}, takes: 3s}", "done"),
    ],
)
def test_each_way_of_answering_ends_as_it_does_in_production(answer: str, result: str) -> None:
    text = expected(
        f"{HEALED}allow: [restart-service, page.on_call]\nexecutors: {{web.restart: {answer}}}\n",
        f"{{action: web.restart, result: {result}}}",
    )

    assert misses(text) == []


def test_a_fake_nobody_asked_for_is_a_warning() -> None:
    text = expected("given: []\nprobes: {http.look: {status: 200}}\n", "{quiet: true}")
    judgement = judged(text)

    assert judgement.passed
    assert [(one.severity, one.code, one.span.line) for one in judgement.misses] == [
        ("warning", "RV406", 10)
    ]


def test_an_answer_nobody_asked_for_is_a_warning() -> None:
    lists = "executors: {web.restart: [{returns: {pid: 8, state: UP}}, {hangs: true}]}\n"
    judgement = judged(expected(HEALED + lists, "{path: [restarting, watching, resolved]}"))

    assert judgement.passed
    assert [one.message for one in judgement.misses] == [
        "one: only 1 of 2 answers of web.restart were asked for"
    ]


def test_people_freeze_thaw_and_order() -> None:
    given = f"""\
given:
  - {{freeze: target:shop, by: ana}}
  - {DOWN}
  - {{at: 10s, thaw: target:shop}}
  - {{at: 12s, command: abort, incident: shop, by: ana, text: known}}
"""
    text = expected(
        given,
        "{at: 9s, state: restarting}",
        "{at: 9s, action: web.restart, times: 0}",
        "{by: 11s, action: web.restart, result: done}",
        "{at: 12s, outcome: aborted}",
    )

    assert misses(text) == []


def test_a_series_comes_as_it_is_written() -> None:
    text = expected(
        """\
given:
  - signal: site.error_ratio
    every: 10s
    field: value
    values: 0.7*2 _*3 0.01
    data: {service: shop}
""",
        "{fired: fail-over}",
    )
    (scenario,) = load(text)

    assert [(one.at, one.told["values"]["value"]) for one in scenario.given] == [
        (0, [700_000, 6]),
        (10_000, [700_000, 6]),
        (50_000, [10_000, 6]),
    ]


def test_a_cycle_begins_again() -> None:
    given = (
        "given: [{signal: site.probe, every: 1s, times: 3, data: {up: true, code: 200},"
        " cycle: {service: [shop, api]}}]\n"
    )
    (scenario,) = load(expected(given, "{quiet: true}"))

    assert [one.told["values"]["service"] for one in scenario.given] == ["shop", "api", "shop"]


def test_equal_scenarios_are_played_alike() -> None:
    first, second = (
        judged(expected(HEALED, "{fired: site-down}")),
        judged(expected(HEALED, "{fired: site-down}")),
    )

    assert first.played.harness.export() == second.played.harness.export()
    assert first.misses == second.misses


def test_a_fixture_may_use_one_before_it() -> None:
    text = f"""\
interlock: test/v1
executors: {{web.restart: {{returns: {{pid: 7, state: RUNNING}}}}}}
probes: {{supervisord.process: {{found: true}}, http.look: {{status: 200}}}}
fixtures:
  down: [{DOWN}]
  healed: [use: down, {UP}]
scenarios:
  - name: one
{indented("given: [use: healed]")}\
{indented("expect: [{path: [restarting, watching, resolved]}]")}\
"""

    assert misses(text) == []
