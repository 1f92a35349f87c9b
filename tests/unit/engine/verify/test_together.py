"""RV613, RV713, RV803, RV804: what only rules, machines and actions together can show."""

from __future__ import annotations

import pytest

from interlock.engine.verify import verify
from tests.unit.engine.verify.given import FILES, RULES, changed

LABEL = ("r", 'label: "${err.service}"', 'label: "${err.label}"')


def test_a_bundle_whose_parts_fit_is_clean() -> None:
    assert changed() == []


# --- events ------------------------------------------------------------------------------------

EVENT = ("m", "context:", "events: {go.on: {}}\ncontext:")
HEARD = ("m", "on: {met: resolved}", "on: {met: resolved, go.on: resolved}")
SEND = '      - {send: go.on, incident: "${err.service}"}\n    why:'


def test_an_event_that_no_rule_sends_is_found() -> None:
    assert changed(EVENT, HEARD) == ["m.yaml:7:10: warning [RV613] no rule sends 'go.on'"]


def test_an_event_that_no_machine_hears_is_found() -> None:
    send = SEND.replace("go.on", "go.one")

    found = changed(EVENT, HEARD, ("r", "    why:", send))

    assert "r.yaml:12:16: error [RV613] no machine does anything on 'go.one'" in found[1]
    assert len(found) == 2


def test_an_event_that_is_sent_and_heard_is_clean() -> None:
    assert changed(EVENT, HEARD, ("r", "    why:", SEND)) == []


# --- texts -------------------------------------------------------------------------------------


def test_a_label_that_reaches_a_risky_action_is_found_with_its_origin() -> None:
    assert changed(LABEL) == [
        (
            "m.yaml:13:39: error [RV713] text of errors.label reaches 'to' of 'web.switch'"
            " (medium risk), and nothing says what it may be"
            " (give one of the fields on its way a `pattern` or an `enum`)"
        )
    ]


def test_a_label_is_followed_through_facts() -> None:
    when = (
        "r",
        "when: [{signal: errors, as: err, where: ratio > 0.5}]",
        "when: [{fact: noted, as: err}]",
    )
    other = """\
  - id: note
    title: Note
    when: [{signal: errors, as: err, where: ratio > 0.9}]
    then: [{assert: noted, set: {service: "${err.service}", label: "x ${err.label}"}}]
    why: it is bad
"""

    assert ["errors.label" in one for one in changed(when, LABEL, r=other)] == [True]


def test_a_label_is_followed_through_events_and_what_they_set() -> None:
    event = ("m", "context:", "events: {go.on: {label: string}}\ncontext:")
    branch = "{to: switching, set: {label: '${event.label}'}}"
    heard = ("m", "on: {met: resolved}", f"on: {{met: resolved, go.on: {branch}}}")
    send = """\
      - {send: go.on, incident: "${err.service}", with: {label: "${err.label}"}}
    why:"""

    assert ["errors.label" in one for one in changed(event, heard, ("r", "    why:", send))] == [
        True
    ]


@pytest.mark.parametrize(
    "bound",
    [
        ("s", "label: string\nfacts", "label: {type: string, enum: [a, b]}\nfacts"),
        ("m", "label: string}", 'label: {type: string, pattern: "[a-z]+"}}'),
        (
            "a",
            "service: string, to: string}\n    outputs",
            'service: string, to: {type: string, pattern: "[a-z]+"}}\n    outputs',
        ),
        ("a", "risk: medium", "risk: low"),
        ("a", "target: ${service}\n    risk: medium", "target: ${to}\n    risk: medium"),
        ("r", '"${err.label}"', "\"${err.label == 'a' ? 'b' : 'c'}\""),
    ],
)
def test_a_label_that_is_bounded_on_its_way_is_clean(bound: tuple[str, str, str]) -> None:
    assert changed(LABEL, bound) == []


# --- actions -----------------------------------------------------------------------------------


def test_a_rollback_of_higher_risk_is_found() -> None:
    assert changed(("a", "risk: low", "risk: high")) == [
        (
            "a.yaml:17:24: warning [RV803] 'web.back' is of risk high, and 'web.switch',"
            " which it takes back, of risk medium (say the higher risk of both)"
        )
    ]


def test_a_machine_that_no_rule_starts_and_what_only_it_runs_are_found() -> None:
    start = RULES[RULES.index("start: mend") : RULES.index("    why:")]

    assert changed(("r", start, "advise: mend ${err.service}\n")) == [
        "a.yaml:6:3: warning [RV804] nothing that a rule starts runs 'web.switch'",
        "a.yaml:18:3: warning [RV804] nothing that a rule starts runs 'web.back'",
        "m.yaml:2:5: warning [RV804] no rule starts 'mend' (start it in a rule, or take it out)",
    ]


def test_of_machines_without_rules_nothing_is_told() -> None:
    files = {f"{name}.yaml": text for name, text in FILES.items() if name != "r"}

    assert verify(files) == []
