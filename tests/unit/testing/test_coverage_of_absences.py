"""``Meter`` and mutants where rules listen for what does not come."""

from __future__ import annotations

import pytest

from interlock.testing.coverage import Meter, Sort
from interlock.testing.mutation import try_mutants
from tests.unit.testing.given import load
from tests.unit.testing.test_coverage_of_restraints import bundle, covered, document, ways

LISTENING = """\
    when:
      - absent:
          signal: load
          key: {host: [a, b]}
          where: value < 90
          for: 2m
          after_start: 3m
        as: load
"""
ITEM = "absent load"


@pytest.mark.parametrize(
    ("host", "value", "times", "seen"),
    [
        pytest.param("a", 1, 2, {"silent", "heard"}, id="one in time, the other never"),
        pytest.param("c", 1, 9, {"silent"}, id="nobody who is listed"),
        pytest.param("a", 95, 9, {"silent"}, id="nobody who passes the tests"),
    ],
)
def test_an_absence_is_seen_both_ways(host: str, value: int, times: int, seen: set[str]) -> None:
    of = bundle(LISTENING)
    loads = f"{{signal: load, every: 1m, times: {times}, data: {{host: {host}, value: {value}}}}}"
    (scenario,) = load(document(loads, "[{at: 4m, fired: busy}]"), of)

    coverage = Meter(of).play(scenario)[1]

    assert ways(coverage)[ITEM] == seen
    assert coverage.count(Sort.ABSENCE) == (int(len(seen) == 2), 1)


def test_what_a_signal_must_be_to_be_heard_is_looked_at_both_ways() -> None:
    assert ways(covered(bundle(LISTENING), "a", 1))["value < 90"] == {"true"}
    assert ways(covered(bundle(LISTENING), "b", 95))["value < 90"] == {"false"}
    assert ways(covered(bundle(LISTENING), "c", 1))["value < 90"] == set()


def test_nothing_is_silent_before_it_may_be() -> None:
    """Negative control: a run that ends in the warm-up saw nobody silent."""
    found = ways(covered(bundle(LISTENING), "a", 1, times=3))

    assert found[ITEM] == {"heard"}


STRICT = """\
interlock: test/v1
scenarios:
  - name: a
    given:
      - {signal: load, every: 1m, times: 6, data: {host: a, value: 89}}
      - {at: 5m, signal: load, every: 1m, times: 3, data: {host: b, value: 89}}
      - {at: 6m, signal: load, data: {host: a, value: 90}}
    expect:
      - {at: 179s, not_fired: busy}
      - {at: 3m, fired: busy}
      - {at: 419s, not_fired: busy}
      - {at: 7m, fired: busy}
"""


def test_its_lengths_its_values_and_its_tests_are_changed_in_mutants() -> None:
    of = bundle(LISTENING)
    scenarios = load(document("", "[{at: 5m, fired: busy}]").replace("given: [], ", ""), of)
    weak = [one.mutant.change for one in try_mutants(of, scenarios).survivors]
    strict = [one.mutant.change for one in try_mutants(of, load(STRICT, of)).survivors]

    assert {"for: 2m → 1m48s", "after_start: 3m → 3m18s", "host: a dropped"} < set(weak)
    assert "value < 90 → value <= 90" in weak
    assert strict == ["ttl: 5m → 4m30s", "ttl: 5m → 5m30s"]  # how long it lives is of no account
