"""One wrong name is one fault: what reads the element adds none and breaks nothing."""

from __future__ import annotations

import pytest

from tests.unit.rules.given import findings

RULE = """
interlock: rules/v1
rules:
  - id: r
    title: r
    when: [{{signal: eror, as: err}}]
    then: [{then}]
    why: {why}
"""


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("{start: m, incident: a}", "${percent(err.value)} of answers fail"),
        ("{start: m, incident: a}", "${err.value + 1} errors"),
        ('{start: m, incident: "${err.service + err.service}"}', "it fails"),
        ('{start: m, incident: a, with: {n: "${err.value * 2}"}}', "it fails"),
        ('{assert: suspect, set: {service: a, value: "${size(err.service)}"}}', "it fails"),
        ('{advise: "${clock(err.at)}: look"}', "it fails"),
    ],
)
def test_what_reads_an_undeclared_element_is_no_fault_of_its_own(then: str, why: str) -> None:
    found = findings(RULE.format(then=then, why=why))

    assert [one.split(" ")[2] for one in found if " error " in one] == ["[RV210]"]
