"""``Meter`` where rules wait, count and make exceptions."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import Bundle
from interlock.testing.coverage import Coverage, Meter, Sort
from interlock.testing.mutation import try_mutants
from tests.unit.testing.given import load

HEAD = """\
interlock: signals/v1
package: a
owner: o
signals:
  load: {key: [host], correlate: [host], ttl: 5m, fields: {host: string, value: int}}
  slow: {keep: all, key: [host], correlate: [host], ttl: 10m, fields: {host: string}}
---
interlock: rules/v1
package: a
owner: o
rules:
  - id: busy
    title: Busy
    then: [{advise: "look at ${load.host}"}]
    why: ${load.host} is busy
"""
LASTING = """\
    when:
      - {signal: load, as: load, where: value >= 90, for: 2m}
      - {signal: slow, as: slow, where: host == load.host}
    except:
      - {id: EX-1, on: load, where: host == "batch", reason: it is meant so, expires: 2027-01-01}
"""
COUNTING = """\
    when:
      - {signal: load, as: load, where: value >= 90}
      - count: {signal: slow, where: host == load.host, over: 5m}
        as: many
        where: many >= 2
"""


def bundle(when: str) -> Bundle:
    """Return a bundle of one rule."""
    return Bundle.compile({"a.yaml": HEAD + when})


def document(given: str, expect: str) -> str:
    """Return a test document of one scenario."""
    return f"interlock: test/v1\nscenarios: [{{name: a, given: [{given}], expect: {expect}}}]"


def covered(of: Bundle, host: str, value: int, times: int = 6) -> Coverage:
    """Return what a busy host covers."""
    loads = f"{{signal: load, every: 30s, times: {times}, data: {{host: {host}, value: {value}}}}}"
    slow = f"{{signal: slow, every: 10s, times: 2, data: {{host: {host}}}}}"
    (scenario,) = load(document(f"{loads}, {slow}", "[{quiet: true}]"), of)
    return Meter(of).play(scenario)[1]


def ways(coverage: Coverage) -> dict[str, set[str]]:
    """Return in which ways each item was seen."""
    return {item.said: set(seen) for item, seen in coverage.seen.items()}


@pytest.mark.parametrize(
    ("value", "times", "fired", "seen"),
    [(95, 6, {"hit"}, {"true"}), (95, 2, set(), {"true"}), (80, 6, set(), {"false"})],
)
def test_what_must_last_is_looked_at_as_it_comes(
    value: int, times: int, fired: set[str], seen: set[str]
) -> None:
    found = ways(covered(bundle(LASTING), "a", value, times))

    assert found["rule a/busy"] == fired
    assert found["value >= 90"] == seen
    assert found["host == load.host"] == ({"true"} if value == 95 else set())


def test_an_exception_is_covered_when_it_keeps_a_rule_from_firing() -> None:
    of = bundle(LASTING)

    assert ways(covered(of, "a", 95))["except EX-1"] == set()
    assert ways(covered(of, "batch", 95))["except EX-1"] == {"hit"}
    assert covered(of, "batch", 95).count(Sort.EXCEPTION) == (1, 1)


def test_what_is_counted_is_measured() -> None:
    found = ways(covered(bundle(COUNTING), "a", 95))

    assert found == {
        "rule a/busy": {"hit"},
        "value >= 90": {"true"},
        "host == load.host": {"true"},
        "many >= 2": {"true", "false"},
    }


def test_how_long_it_must_last_is_changed_in_mutants() -> None:
    of = bundle(LASTING)
    loads = "{signal: load, every: 30s, times: 6, data: {host: a, value: 95}}"
    slow = "{signal: slow, data: {host: a}}"
    expect = "[{at: 119s, not_fired: busy}, {at: 2m, fired: busy}]"
    text = (
        f"interlock: test/v1\nscenarios: [{{name: a, given: [{loads}, {slow}], expect: {expect}}}]"
    )
    trial = try_mutants(of, load(text, of))
    survived = [one.mutant.change for one in trial.survivors]

    assert not [one for one in survived if one.startswith("for:")]
    assert "value >= 90 → value > 90" in survived
