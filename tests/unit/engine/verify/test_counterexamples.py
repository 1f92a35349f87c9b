"""Counter-examples: who must say what, so that a machine goes the way a finding shows."""

from __future__ import annotations

import pytest

from interlock.engine.verify import Counterexample, counterexamples_of
from interlock.engine.verify.counterexample.text import flow, written
from interlock.language.values import (
    BOOL,
    DURATION,
    STRING,
    TIMESTAMP,
    Type,
    Value,
    YamlValue,
    double,
    list_of,
)
from tests.unit.engine.verify.given import ACTIONS, FILES, MACHINE

WIPE = """\
  disk.wipe:
    version: 1
    title: Wipe
    inputs: {service: string}
    target: ${service}
    risk: high
    irreversible_because: gone is gone
    idempotency_key: ${service}
    timeout: 20s
    verify: {probe: command.seen, expect: probe.ok && !probe.busy && probe.left < 3, within: 20s}
"""
ENDS = "failed: handed_over, timed_out: handed_over, refused: handed_over, unverified: handed_over"
WIPING = f"""\
  wiping:
    run: disk.wipe
    with: {{service: "${{service}}"}}
    on: {{done: resolved, {ENDS}}}
  undoing:
"""
ASKING = """\
  asking:
    approve:
      role: ops
      quorum: 2
      ask: Go?
      choices: {approve: resolved, reject: wiping}
      expires: 5m
      on_expire: handed_over
"""


def shown(*changes: tuple[str, str], actions: str = ACTIONS + WIPE) -> Counterexample:
    """Return the counter-example of the one way to `disk.wipe` in a changed machine."""
    machine = MACHINE.replace("  undoing:\n", WIPING)
    for old, new in changes:
        assert old in machine
        machine = machine.replace(old, new)
    files = {**FILES, "m": machine, "a": actions}
    found, allow = counterexamples_of({f"{name}.yaml": text for name, text in files.items()})
    assert {"mend", "disk.wipe", "web.switch"} <= set(allow)
    (one,) = (one for one in found if one.finding.code == "RV703")
    return one


def to_wiping(result: str, dest: str = "wiping") -> list[tuple[str, str]]:
    """Return the changes by which a result leads on; what else it led to is still led to."""
    if result == "done":
        return [("done: watching", f"done: {dest}"), ("failed: undoing", "failed: watching")]
    return [(f"{result}: undoing", f"{result}: {dest}")]


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ("done", {"returns": {"before": "web"}}),
        ("failed", {"fails": "BROKEN"}),
        ("timed_out", {"times_out": True}),
        ("refused", {"refuses": "not today"}),
        ("unverified", {"returns": {"before": "web"}}),
    ],
)
def test_an_executor_answers_as_the_way_goes(result: str, answer: YamlValue) -> None:
    one = shown(*to_wiping(result))

    assert one.executors == {"web.switch": answer}
    assert one.expect == [{"never": {"action": "disk.wipe"}}]
    assert bool(one.probes) == (result == "done")


def test_probes_see_what_is_required_and_what_proves_the_effect() -> None:
    requires = """\
    requires:
      - {probe: command.there, expect: probe.age > duration("5m") && 2 <= probe.count, why: x}
    timeout: 20s
    verify: {probe: command.seen, expect: probe.to == to"""
    old = "    timeout: 20s\n    verify: {probe: command.seen, expect: probe.to == to"

    one = shown(*to_wiping("done"), actions=ACTIONS.replace(old, requires) + WIPE)

    assert one.probes == {
        "command.there": {"age": "5m1ms", "count": 2},
        "command.seen": {"to": "web"},
    }


def test_people_answer_as_the_way_goes() -> None:
    one = shown(*to_wiping("done", "asking"), ("  wiping:\n", ASKING + "  wiping:\n"))

    assert [(h["on"], h["choose"], h["role"]) for h in one.humans] == [
        ("asking", "reject", "ops"),
        ("asking", "reject", "ops"),
    ]
    assert {h["by"] for h in one.humans} == {"person-1", "person-2"}


def test_the_signal_comes_that_a_state_waits_for() -> None:
    one = shown(("{met: resolved}", "{met: wiping}"))

    first, met = one.given
    assert (first["signal"], met["signal"]) == ("errors", "errors")
    assert "ratio: 0.500001" in flow(first["data"])
    assert "ratio: 0," in flow(met["data"])


def test_a_way_that_only_an_abort_opens_is_not_shown() -> None:
    machine = MACHINE.replace("  undoing:\n", WIPING)
    machine = machine.replace("on: {met: resolved}", "on: {met: resolved, operator.abort: wiping}")
    files = {**FILES, "m": machine, "a": ACTIONS + WIPE}

    found, _ = counterexamples_of({f"{name}.yaml": text for name, text in files.items()})

    assert [one for one in found if one.finding.code == "RV703"] == []


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        (500_001, double(), "0.500001"),
        (90_000, DURATION, '"1m30s"'),
        (0, TIMESTAMP, '"1970-01-01T00:00:00Z"'),
        (True, BOOL, "true"),
        ('a "b"', STRING, '"a \\"b\\""'),
        ((1, 2), list_of(double(1)), "[0.1, 0.2]"),
    ],
)
def test_a_value_is_written_as_an_author_would(value: Value, type_: Type, text: str) -> None:
    assert flow(written(value, type_)) == text


def test_the_text_says_what_it_shows_and_for_which_environment() -> None:
    one = shown(("failed: undoing", "failed: wiping"))

    text = one.text(["../rules"], ["mend"], "staging")

    assert text.startswith(f"# {one.finding}\n")
    assert 'env: "staging"\n' in text
    assert 'uses: ["../rules"]\n' in text
