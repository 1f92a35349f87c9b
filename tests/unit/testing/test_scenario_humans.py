"""People in scenarios: they answer what a machine asks, in their time, or are silent."""

from __future__ import annotations

import pytest

from tests.bundles import asking_bundle
from tests.unit.testing.given import DOWN, faults, judged

ANA = "{on: asking, after: 1m, by: ana, role: web-on-call, choose: approve}"
BO = "{on: asking, after: 2m, by: bo, role: [web-on-call, lead], choose: approve}"
NO = "{on: asking, after: 3m, by: cy, role: web-on-call, choose: reject, text: not today}"


def missed(humans: str, *expectations: str) -> list[str]:
    """Return what a scenario with these people misses."""
    expect = "".join(f"  - {one}\n" for one in expectations)
    seen = DOWN.replace("probe,", "probe, every: 20s, times: 9,")  # still so when they answer
    text = f"given: [{seen}]\nhumans: [{humans}]\nallow: [page.on_call]\nexpect:\n{expect}"
    return [str(one) for one in judged(text, asking_bundle()).misses]


RESTARTED = "path: [asking, restarting, resolved]"
HANDED_OVER = "path: [asking, handed_over]"


@pytest.mark.parametrize(
    ("humans", "expectations"),
    [
        (f"{ANA}, {BO}", [RESTARTED, "{at: 119s, state: asking}", "{by: 3m, outcome: resolved}"]),
        (ANA, [HANDED_OVER, "{at: 10m, outcome: handed_over}"]),
        ("", [HANDED_OVER, "{at: 599s, state: asking}", "{at: 10m, outcome: handed_over}"]),
        (f"{ANA}, {NO}", [HANDED_OVER, "{at: 3m, outcome: handed_over}"]),
    ],
    ids=["quorum", "one is not enough", "silence", "no"],
)
def test_people_answer_in_their_time(humans: str, expectations: list[str]) -> None:
    assert missed(humans, *expectations) == []


@pytest.mark.parametrize(
    "other",
    [ANA, BO.replace("web-on-call, lead", "lead"), BO.replace("by: bo", "by: mallory")],
    ids=["twice", "wrong role", "excluded"],
)
def test_an_answer_that_does_not_count_changes_nothing(other: str) -> None:
    assert missed(f"{ANA}, {other}", HANDED_OVER) == []


def test_who_is_asked_about_another_incident_is_silent() -> None:
    other = BO.replace("on: asking", "on: asking, incident: api")

    assert [one.partition("[")[2] for one in missed(f"{ANA}, {other}", HANDED_OVER)] == [
        "RV406] one: nobody asked bo (leave it out)"
    ]


def test_a_person_who_can_never_be_asked_is_a_fault() -> None:
    text = f"given: [{DOWN}]\nhumans: [{ANA}]\nexpect: [{{fired: site-down}}]"

    assert [one[:50] for one in faults(text)] == [
        "10:19: error [RV604] no state that asks is called "
    ]
