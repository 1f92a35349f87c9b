"""``Meter``: what scenarios cover of a bundle, item by item."""

from __future__ import annotations

from interlock.testing.coverage import Coverage, Meter, Sort, merged
from interlock.testing.scenario import judge
from tests.bundles import asking_bundle, web_bundle
from tests.unit.testing.given import DOWN, UP, judged, load

EXPECT = "\nexpect: [{fired: site-down}]"
ERRORS = "{at: 1m, signal: site.error_ratio, data: {service: shop, value: 0.7}}"
FEW = "{signal: site.error_ratio, data: {service: api, value: 0.1}}"
DEPLOY = (
    "{signal: deploy.finished, at: AT, data: {service: shop, revision: r2, previous: r1, by: ana}}"
)


def covered(*givens: str) -> Coverage:
    """Return what some scenarios cover of the web bundle together."""
    meter = Meter(web_bundle())
    scenarios = [load(f"given: [{given}]{EXPECT}")[0] for given in givens]
    return merged(meter.play(one)[1] for one in scenarios)


def missed(coverage: Coverage, sort: Sort) -> list[str]:
    """Return what is missed of a sort: line, item, ways."""
    return [
        f"{item.span.line} {item.said}: {' '.join(ways)}"
        for item, ways in coverage.missed()
        if item.sort is sort
    ]


def ways(coverage: Coverage, said: str, path: str = "rules.yaml") -> list[set[str]]:
    """Return the ways that items of this text were seen in, by place."""
    found = [item for item in coverage.seen if item.said == said and item.path == path]
    return [set(coverage.seen[item]) for item in sorted(found, key=lambda one: one.order)]


def test_nothing_covers_nothing() -> None:
    coverage = covered("")

    assert coverage.percent == 0
    assert coverage.count(Sort.RULE) == (0, 4)
    assert coverage.count(Sort.CONJUNCT) == (0, 6)


def test_a_rule_is_covered_when_it_fires() -> None:
    assert missed(covered(DOWN), Sort.RULE) == [
        "22 rule web/suspect-release: hit",
        "42 rule web/roll-back: hit",
        "59 rule web/fail-over: hit",
    ]


def test_a_conjunct_is_covered_when_it_was_true_and_false() -> None:
    assert ways(covered(DOWN), "!up") == [{"true"}]
    assert ways(covered(DOWN, UP), "!up") == [{"true", "false"}]
    assert ways(covered(UP), "!up") == [{"false"}]


def test_a_conjunct_is_looked_at_when_those_before_it_hold() -> None:
    deploy = DEPLOY.replace("AT", "0s")
    joined = 'errors.at - at < duration("10m")'

    assert ways(covered(ERRORS), joined) == [set()]
    assert ways(covered(f"{deploy}, {ERRORS}"), joined) == [{"true"}]
    assert ways(covered(f"{deploy}, {ERRORS.replace('1m', '10m')}"), joined) == [{"false"}]
    assert ways(covered(f"{deploy}, {ERRORS.replace('shop', 'api')}"), joined) == [set()]
    assert ways(covered(f"{deploy}, {ERRORS}"), "service == errors.service") == [
        {"true"},
        {"true"},
    ]


def test_an_element_that_has_gone_is_not_looked_at() -> None:
    deploy = DEPLOY.replace("AT", "0s")
    late = ERRORS.replace("1m", "61m")  # a deploy counts for an hour

    assert ways(covered(f"{deploy}, {late}"), "service == errors.service")[0] == set()


def test_a_negation_is_covered_when_it_forbids() -> None:
    deploy = DEPLOY.replace("AT", "0s")

    assert missed(covered(ERRORS), Sort.NEGATION) == ["69 not release.suspect: hit"]
    assert missed(covered(f"{deploy}, {ERRORS}"), Sort.NEGATION) == []


def test_states_results_and_timers_are_covered_as_machines_take_them() -> None:
    coverage = covered(f"{DOWN}, {UP}")

    assert coverage.count(Sort.STATE) == (3, 14)
    assert coverage.count(Sort.RESULT)[0] == 1
    assert coverage.count(Sort.TRANSITION)[0] == 1
    assert "37 timer watching@30s in restart-service: hit" in missed(coverage, Sort.TIMER)
    assert covered(DOWN).count(Sort.TIMER)[0] == 1


def test_answers_and_silence_are_branches() -> None:
    meter = Meter(asking_bundle())
    (scenario,) = load(f"given: [{DOWN}]{EXPECT}", asking_bundle())
    _, coverage = meter.play(scenario)
    said = {item.said for item, _ in coverage.missed()}

    assert "answer approve in restart-service" in said
    assert coverage.count(Sort.TIMER)[0] == 1


def test_measuring_changes_no_decision() -> None:
    text = f"given: [{DOWN}, {UP}]{EXPECT}"
    (scenario,) = load(text)
    played, _ = Meter(web_bundle()).play(scenario)

    assert played.harness.export() == judged(text).played.harness.export()
    assert judge(played).misses == judged(text).misses


def test_coverage_of_two_runs_is_that_of_both() -> None:
    apart = merged([covered(DOWN), covered(UP), covered(FEW)])

    assert apart.seen == covered(DOWN, UP, FEW).seen
    assert apart.percent > covered(DOWN).percent
