"""What is covered in and behind ``count``, and in ``not … within``."""

from __future__ import annotations

from functools import cache

import pytest

from interlock.engine.bundle import Bundle
from interlock.testing.coverage import Coverage, Meter, Sort
from tests.unit.testing.given import load

FILES = {
    "a.yaml": """\
interlock: signals/v1
package: a
owner: o
signals:
  ping:
    keep: all
    key: [host]
    correlate: [host]
    ttl: 1h
    fields: {host: string, pod: string, slow: bool}
  load: {key: [host], correlate: [host], ttl: 10m, fields: {host: string, value: int}}
  repair: {key: [host], correlate: [host], ttl: 10m, fields: {host: string, by: string}}
---
interlock: rules/v1
package: a
owner: o
rules:
  - id: slow
    title: Many slow pods
    when:
      - {signal: load, as: load, where: value > 10}
      - count: {signal: ping, over: 5m, distinct: pod, where: [host == load.host, slow]}
        as: pods
        where: [pods >= 2, pods < 4]
      - {signal: repair, as: repair, where: 'host == load.host && by == "ana"'}
      - not: {signal: ping, where: 'pod == "mended"'}
    then: [{advise: "${pods} pods of ${load.host}; ask ${repair.by}"}]
    why: ${pods} pods of ${load.host}
  - id: alone
    title: Nobody repairs it
    when:
      - {signal: load, as: load, where: value >= 90}
      - not: {signal: repair, where: [host == load.host, by != "bot"], within: 3m}
    then: [{advise: "look at ${load.host}"}]
    why: nobody repairs ${load.host}
"""
}


@cache
def bundle() -> Bundle:
    """Return two rules about time."""
    return Bundle.compile(FILES)


def covered(*given: str) -> Coverage:
    """Return what one scenario covers."""
    one = f"{{name: a, given: [{', '.join(given)}], expect: [quiet: true]}}"
    text = f"interlock: test/v1\nscenarios: [{one}]"
    (scenario,) = load(text, bundle())
    return Meter(bundle()).play(scenario)[1]


def ways(coverage: Coverage, said: str) -> list[str]:
    """Return in which ways the items of this text were seen, by place."""
    found = sorted((item for item in coverage.seen if item.said == said), key=lambda i: i.order)
    return [" ".join(sorted(coverage.seen[item])) for item in found]


def load_of(value: int, at: str = "0s", host: str = "h") -> str:
    """Return the load of a host."""
    return f"{{at: {at}, signal: load, data: {{host: {host}, value: {value}}}}}"


def ping(pod: str, at: str = "1s", *, slow: bool = True, host: str = "h") -> str:
    """Return a ping of a pod."""
    data = f"{{host: {host}, pod: {pod}, slow: {str(slow).lower()}}}"
    return f"{{at: {at}, signal: ping, data: {data}}}"


def repair(by: str, at: str = "2s", host: str = "h") -> str:
    """Return a repair."""
    return f"{{at: {at}, signal: repair, data: {{host: {host}, by: {by}}}}}"


def test_what_is_counted_is_looked_at_where_all_before_it_holds() -> None:
    inner = covered(load_of(20), ping("p1"), ping("p2", slow=False), ping("p3", host="x"))

    assert ways(inner, "slow") == ["false true"]
    assert ways(inner, "host == load.host")[0] == "false true"
    assert ways(covered(load_of(5), ping("p1")), "slow") == [""]


def test_a_number_is_looked_at_both_ways() -> None:
    few = covered(load_of(20), ping("p1"))
    same = covered(load_of(20), ping("p1"), ping("p1", "2s"))
    enough = covered(load_of(20), ping("p1"), ping("p2"))

    assert ways(few, "pods >= 2") == ways(same, "pods >= 2") == ["false"]
    assert ways(few, "pods < 4") == [""]
    assert ways(enough, "pods >= 2") == ["false true"]
    assert ways(enough, "pods < 4") == ["true"]


def test_none_is_no_number() -> None:
    assert ways(covered(load_of(20), ping("p1", slow=False)), "pods >= 2") == [""]


def test_what_counts_no_longer_is_not_counted() -> None:
    pings = ping("p1", "0s"), ping("p2", "4m59999ms"), load_of(20, "4m59999ms")
    late = ping("p1", "0s"), ping("p2", "5m"), load_of(20, "5m")

    assert "true" in ways(covered(*pings), "pods >= 2")[0]
    assert "true" not in ways(covered(*late), "pods >= 2")[0]


def test_what_stands_behind_a_count_is_looked_at() -> None:
    two = load_of(20), ping("p1"), ping("p2")

    assert ways(covered(*two, repair("ana")), 'by == "ana"') == ["true"]
    assert ways(covered(*two, repair("bo")), 'by == "ana"') == ["false"]
    assert ways(covered(load_of(20), repair("ana"), ping("p1", "3s")), 'by == "ana"') == [""]
    after = covered(*two, repair("ana"), ping("mended", "3s", slow=False))
    assert ways(after, "not ping") == ["hit"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2m59999ms", "hit"), ("3m", ""), ("4m", "")],
    ids=["in time", "due", "late"],
)
def test_an_answer_is_looked_at_while_somebody_waits(at: str, expected: str) -> None:
    coverage = covered(load_of(95), repair("ana", at))

    assert ways(coverage, "not repair within") == [expected]
    assert ways(coverage, 'by != "bot"') == ["true" if expected else ""]


def test_a_wait_begins_with_the_first_that_passed() -> None:
    again = load_of(95), load_of(96, "2m"), repair("ana", "4m")
    broken = load_of(95), load_of(5, "1m"), load_of(96, "2m"), repair("ana", "4m")

    assert ways(covered(*again), "not repair within") == [""]
    assert ways(covered(*broken), "not repair within") == ["hit"]


def test_an_answer_that_is_none_is_looked_at_too() -> None:
    assert ways(covered(load_of(95), repair("bot")), 'by != "bot"') == ["false"]
    assert ways(covered(load_of(95), repair("ana", host="x")), 'by != "bot"') == [""]
    assert ways(covered(load_of(5), repair("bot")), 'by != "bot"') == [""]


def test_all_of_it_is_counted() -> None:
    coverage = covered(load_of(1))

    assert coverage.count(Sort.CONJUNCT) == (0, 11)
    assert coverage.count(Sort.NEGATION) == (0, 2)
