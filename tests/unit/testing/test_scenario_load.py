"""``load``: every fault of a test document, with its place and what to write instead."""

from __future__ import annotations

import pytest

from tests.unit.testing.given import DOWN, UP, faults

EXPECT = "expect: [{fired: site-down}]"


def test_a_sound_scenario_has_no_faults() -> None:
    text = f"given: [{DOWN}, {UP}]\ncovers: [site-down, restart-service, web.restart]\n{EXPECT}"

    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            f"given: [{{signal: site.prob}}]\n{EXPECT}",
            "9:22: error [RV210] no signal is called 'site.prob' (did you mean 'site.probe'?)",
        ),
        (
            f"given: [{{signal: site.probe, data: {{servce: shop, up: true, code: 1}}}}]\n{EXPECT}",
            "9:41: error [RV201] unknown field 'servce' (did you mean 'service'?)",
        ),
        (
            f"given: [{{signal: site.probe, data: {{service: shop, up: 1, code: 1}}}}]\n{EXPECT}",
            "9:60: error [RV202] expected bool, found 1",
        ),
        (
            f"given: [{{signal: site.probe, data: {{service: a, up: true, code: 700}}}}]\n{EXPECT}",
            "9:69: error [RV205] expected at most 599, found 700",
        ),
        (
            f"given: [{{signal: site.probe, data: {{service: shop}}}}]\n{EXPECT}",
            "9:34: error [RV215] site.probe needs up, code",
        ),
        (
            f"given: [use: dwn]\n{EXPECT}",
            "9:18: error [RV211] no fixture is called 'dwn' so far",
        ),
        (
            "expect: [{fired: site-dwn}]",
            "9:22: error [RV211] no rule is called 'site-dwn' (did you mean 'site-down'?)",
        ),
        (
            "expect: [{fact: release.suspct}]",
            (
                "9:21: error [RV210] no fact is called 'release.suspct'"
                " (did you mean 'release.suspect'?)"
            ),
        ),
        (
            "expect: [{fact: release.suspect, where: revison == 'r1'}]",
            "9:45: error [RV201] unknown field 'revison' (did you mean 'revision'?)",
        ),
        (
            "expect: [{fact: release.suspect, where: revision ==}]",
            "9:56: error [RE100] expected a value, found the end of the expression",
        ),
        (
            "expect: [{started: restart-servic}]",
            (
                "9:24: error [RV211] no machine is called 'restart-servic'"
                " (did you mean 'restart-service'?)"
            ),
        ),
        (
            "expect: [{state: watchin}]",
            "9:22: error [RV604] no state is called 'watchin' (did you mean 'watching'?)",
        ),
        (
            "expect: [{path: [restarting, watchng]}]",
            "9:34: error [RV604] no state is called 'watchng' (did you mean 'watching'?)",
        ),
        (
            "expect: [{state: switching, machine: restart-service}]",
            "9:22: error [RV604] no state is called 'switching'",
        ),
        (
            "expect: [{outcome: resolvd}]",
            "9:24: error [RV607] no outcome is called 'resolvd' (did you mean 'resolved'?)",
        ),
        (
            "expect: [{action: web.restrt}]",
            "9:23: error [RV211] no action is called 'web.restrt' (did you mean 'web.restart'?)",
        ),
        (
            "expect: [{action: web.restart, with: {nmae: shop}}]",
            "9:43: error [RV201] unknown field 'nmae' (did you mean 'name'?)",
        ),
        (
            "expect: [{fired: site-down, why: /(/}]",
            "9:38: error [RE105] not a safe regular expression: missing ): (",
        ),
        (
            "expect: [{at: 1s, by: 2s, fired: site-down}]",
            "9:14: error [RV110] is `at` and `by` at once (at: right after it; by: then or before)",
        ),
        (
            f"executors: {{web.restart: {{returns: {{pd: 7}}}}}}\n{EXPECT}",
            "9:41: error [RV201] unknown field 'pd' (did you mean 'pid'?)",
        ),
        (
            f"executors: {{web.restart: {{hangs: true, fails: BUSY}}}}\n{EXPECT}",
            (
                "9:30: error [RV110] answers in 2 ways at once: fails and hangs"
                " (give a list, attempt by attempt)"
            ),
        ),
        (
            f"probes: {{http.lok: {{status: 200}}}}\n{EXPECT}",
            (
                "9:24: error [RV211] no probe that an action asks is called 'http.lok'"
                " (did you mean 'http.look'?)"
            ),
        ),
        (
            f"probes: {{http.look: {{status: fine}}}}\n{EXPECT}",
            "9:34: error [RV202] expected int, found text 'fine'",
        ),
        (
            f"allow: [page.oncall]\n{EXPECT}",
            (
                "9:13: error [RV211] no machine or action is called 'page.oncall'"
                " (did you mean 'page.on_call'?)"
            ),
        ),
        (
            f"covers: [nothing]\n{EXPECT}",
            (
                "9:14: error [RV403] covers names nothing: no rule, machine or action is called"
                " 'nothing'"
            ),
        ),
        ("given: []", "8:11: error [RV402] scenario 'one' expects nothing"),
        ("expect: [{fird: site-down}]", "9:14: error [RV110] what is expected needs one of"),
        ("given: [{at: soon}]", "9:13: error [RV110] what is given needs one of"),
        (
            f"given: [{{signal: site.probe, every: 1x}}]\n{EXPECT}",
            "9:41: error [RV120] ",
        ),
        (f"gven: []\n{EXPECT}", "9:5: error [RV112] unknown key 'gven' (did you mean 'given'?)"),
    ],
)
def test_a_mistake_is_named_at_its_place(text: str, fault: str) -> None:
    found = faults(text)

    assert [one for one in found if one.startswith(fault)], found


@pytest.mark.parametrize(
    ("series", "fault"),
    [
        ("times: 2", "RV111"),
        ("field: code", "RV111"),
        ("field: code, values: '1 2'", "RV111"),
        ("every: 1s, times: 2, field: code, values: '1 2'", "RV110"),
        ("every: 1s, field: code, values: '1*99999'", "RV110"),
        ("every: 1s, times: 2, cycle: {code: []}", "RV110"),
    ],
)
def test_a_series_that_makes_no_sense_is_a_fault(series: str, fault: str) -> None:
    given = f"{{signal: site.probe, data: {{service: shop, up: true, code: 1}}, {series}}}"

    assert [one for one in faults(f"given: [{given}]\n{EXPECT}") if fault in one]


def test_all_faults_are_told_at_once() -> None:
    text = "covers: [nothing]\nallow: [nobody]\nexpect: [{fired: site-dwn}, {outcome: resolvd}]"

    assert [one.partition("[")[2][:5] for one in faults(text)] == [
        "RV403",
        "RV211",
        "RV211",
        "RV607",
    ]


def test_two_scenarios_of_one_name_are_a_fault() -> None:
    scenario = "  - {name: one, expect: [{fired: site-down}]}\n"

    assert [f[:12] for f in faults(f"interlock: test/v1\nscenarios:\n{scenario}{scenario}")] == [
        "4:12: error "
    ]


def test_fixtures_cannot_grow_without_bound() -> None:
    many = "{signal: site.probe, every: 1s, times: 9000, data: {service: a, up: true, code: 1}}"
    grown = "".join(f"  f{n}: [use: f{n - 1}, use: f{n - 1}]\n" for n in range(1, 30))
    text = f"interlock: test/v1\nfixtures:\n  f0: [{many}]\n{grown}scenarios:\n"

    assert faults(f"{text}  - {{name: one, given: [use: f29], {EXPECT}}}\n") == [
        "5:7: error [RV110] gives more than 20,000 things (make them several scenarios)"
    ]
