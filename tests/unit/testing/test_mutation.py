"""Mutants: which there are of a policy, and which scenarios notice."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import Bundle, documents_of
from interlock.language import expression
from interlock.language.expression import Scope
from interlock.language.values import INT, Field, double
from interlock.testing.mutation import Operator, try_mutants
from interlock.testing.mutation.expressions import variants
from interlock.testing.mutation.model import DROPPED, Edit, mutated
from interlock.testing.mutation.steps import around
from tests.bundles import web_bundle
from tests.unit.testing.given import load

SCOPE = Scope(
    {"ratio": Field(double(), min=0, max=1_000_000), "free": Field(double()), "count": Field(INT)}
)
SMALL = {
    "a.yaml": """\
interlock: signals/v1
package: a
owner: o
signals:
  load: {key: [host], correlate: [host], ttl: 1h, fields: {host: string, value: int}}
  repair: {key: [host], correlate: [host], ttl: 1h, fields: {host: string}}
---
interlock: rules/v1
package: a
owner: o
rules:
  - id: busy
    title: Busy
    when:
      - {signal: load, as: load, where: value >= 90}
      - not: {signal: repair, where: host == load.host}
    then: [{advise: "look at ${load.host}"}]
    why: ${load.host} is busy
"""
}


def changes(text: str) -> list[str]:
    """Return the small changes of an expression."""
    return [expression.print_expression(one) for _, one in variants(expression.parse(text), SCOPE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count >= 3", ["count > 3", "count < 3", "count >= 2", "count >= 4"]),
        ("3 < count", ["3 <= count", "3 >= count", "2 < count", "4 < count"]),
        ("ratio > 0.5", ["ratio >= 0.5", "ratio <= 0.5", "ratio > 0.49", "ratio > 0.51"]),
        ("free < 2.25", ["free <= 2.25", "free >= 2.25", "free < 2.24", "free < 2.26"]),
        ('host == "a"', ['host != "a"']),
        ("!up", ["up"]),
        ("up", ["!up"]),
        ('host in ["a"]', ['!(host in ["a"])']),
        ("a && b", ["b", "a"]),
        ("a || b || c", ["b || c", "a || c", "a || b"]),
        (
            'age < duration("10m")',
            [
                'age <= duration("10m")',
                'age >= duration("10m")',
                'age < duration("9m")',
                'age < duration("11m")',
            ],
        ),
    ],
)
def test_an_expression_is_changed_in_one_place_at_a_time(text: str, expected: list[str]) -> None:
    assert changes(text) == expected


def test_a_duration_moves_by_a_tenth() -> None:
    assert around("10m") == ["9m", "11m"]
    assert around("1ms") == ["2ms"]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(("a", "b"), 2), {"a": {"b": 2, "c": [1, 2]}}),
        (Edit(("a", "b"), DROPPED), {"a": {"c": [1, 2]}}),
        (Edit(("a", "c", 0)), {"a": {"b": "x", "c": [2]}}),
        (Edit(("a", "c", 1), 3), {"a": {"b": "x", "c": [1, 3]}}),
        (Edit(("a", "b"), key="d"), {"a": {"d": "x", "c": [1, 2]}}),
        (Edit(("a", "b", 0), "y"), {"a": {"b": "y", "c": [1, 2]}}),
        (Edit(("a", "b", 0)), {"a": {"c": [1, 2]}}),
    ],
    ids=["value", "dropped", "item dropped", "item", "key", "text for list", "last of list"],
)
def test_an_edit_changes_one_place_of_a_fresh_document(edit: Edit, expected: object) -> None:
    (document,) = documents_of({"a.yaml": "a: {b: x, c: [1, 2]}\n"})

    (changed,) = mutated([document], document, edit)

    assert changed.data == expected
    assert document.data == {"a": {"b": "x", "c": [1, 2]}}


def small(*scenarios: str) -> list[str]:
    """Return the survivors of a small policy, but for how long its signals live."""
    bundle = Bundle.compile(SMALL)
    text = "interlock: test/v1\nscenarios:\n" + "".join(scenarios)
    trial = try_mutants(bundle, load(text, bundle))
    assert trial.count == 12
    assert trial.unfit == 0
    ours = [one for one in trial.survivors if one.mutant.operator is not Operator.TTL]
    return [f"{one.mutant.change} ({one.tried})" for one in ours]


def scenario(value: int, expected: str, more: str = "") -> str:
    """Return a scenario of a host with this load."""
    given = f"{{signal: load, data: {{host: a, value: {value}}}}}"
    name = f"{value}{more}".translate({ord(sign): None for sign in "{}:,"})
    return f"  - {{name: '{name}', given: [{more}{given}], expect: [{expected}]}}\n"


FIRES, SILENT = "{fired: busy}", "{not_fired: busy}"
REPAIR = "{signal: repair, data: {host: HOST}}, "


def test_one_scenario_leaves_what_it_cannot_tell() -> None:
    assert small(scenario(95, FIRES)) == [
        "value >= 90 dropped (1)",
        "value >= 90 → value > 90 (1)",
        "value >= 90 → value >= 89 (1)",
        "value >= 90 → value >= 91 (1)",
        "`not` dropped (1)",
        "host == load.host dropped (0)",
        "host == load.host → host != load.host (0)",
    ]


def test_scenarios_at_the_boundary_leave_nothing() -> None:
    mine, other = REPAIR.replace("HOST", "a"), REPAIR.replace("HOST", "b")

    assert (
        small(
            scenario(90, FIRES),
            scenario(89, SILENT),
            scenario(95, SILENT, mine),
            scenario(95, FIRES, other),
        )
        == []
    )


def test_machines_and_actions_are_changed_too() -> None:
    down = "{signal: site.probe, data: {service: shop, up: false, code: 0}}"
    (one,) = load(f"given: [{down}]\nexpect: [{{path: [restarting, watching, handed_over]}}]")
    trial = try_mutants(web_bundle(), [one])
    paths = {s.mutant.path for s in trial.survivors}

    assert len(trial.killed) > 5
    assert "actions.yaml" in paths
    assert "after: 8s → 7s200ms (0)" in [f"{s.mutant.change} ({s.tried})" for s in trial.survivors]


def test_a_mutant_that_goes_in_circles_is_noticed() -> None:
    down = "{signal: site.probe, data: {service: shop, up: false, code: 0}}"
    (one,) = load(
        f"given: [{down}]\nexecutors: {{web.restart: {{fails: BROKEN}}}}\n"
        "expect: [{path: [restarting, handed_over]}, {action: web.restart}]"
    )
    trial = try_mutants(web_bundle(), [one])

    assert "failed in restart-service: handed_over → restarting" not in [
        s.mutant.change for s in trial.survivors
    ]
