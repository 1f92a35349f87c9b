"""What a contract answers: target, key, limits, preconditions, proof and way back."""

from dataclasses import replace

import pytest

from interlock.errors import NotPermitted
from interlock.language.values import UNKNOWN
from interlock.machines.formula import Formula
from tests.unit.machines.given import load

TEXT = """
interlock: actions/v1
package: test
owner: team
executor: fake
actions:
  svc.switch:
    version: 3
    title: Switch
    inputs:
      service: {type: string, pattern: "[a-z]+"}
      release: {type: string, max_length: 8}
      note: {type: string, optional: true, multiline: true, leading_dash: true}
      port: {type: int, optional: true}
    outputs: {previous: string, took: {type: duration, optional: true}}
    target: unit-${service}
    target_type: unit
    risk: medium
    reversible: true
    idempotency_key: ${incident.id}/${step.id}/${service}
    timeout: 1m
    heartbeat: 10s
    evidence: {max_age: 30s}
    limits: {rate: [{max: 2, per: 1h, key: "${service}"}, {max: 9, per: 1d}]}
    requires:
      - {expect: service != "db", why: "${service} is not for machines"}
      - probe: fake.unit
        with: {unit: "${service}", deep: true, tries: 3}
        expect: probe.active
        why: it must run
    verify:
      probe: fake.check
      with: {service: "${service}", was: "${outputs.previous}"}
      expect: has(probe.release) && probe.release == release && outputs.previous != release
      every: 1s
      within: 30s
      consecutive: 2
    rollback: {action: svc.switch, with: {service: "${service}", release: "${outputs.previous}"}}
    errors: {transient: [BUSY], permanent: [GONE]}
"""

INPUTS = {"service": "web", "release": "r2"}


@pytest.fixture(scope="module")
def action():
    return load(TEXT).actions["svc.switch"]


def test_it_says_what_it_is(action):
    assert (action.executor, action.operation, action.kind, action.risk, action.version) == (
        "fake",
        "switch",
        "act",
        "medium",
        3,
    )
    assert (action.timeout_ms, action.heartbeat_ms, action.evidence_max_age_ms) == (
        60_000,
        10_000,
        30_000,
    )


def test_the_operation_can_be_named():
    text = TEXT.replace("version: 3", "version: 3\n    operation: swap\n    executor: other")

    action = load(text).actions["svc.switch"]

    assert (action.executor, action.operation) == ("other", "swap")


def test_inputs_are_checked_with_their_shapes(action):
    assert action.check_inputs({**INPUTS, "note": "-\n"}) == {**INPUTS, "note": "-\n"}
    for wrong in ({"release": "r" * 9}, {"service": "Web"}, {"other": 1}, {"release": "-r"}):
        with pytest.raises(NotPermitted, match=r"^svc.switch: "):
            action.check_inputs({**INPUTS, **wrong})


def test_outputs_are_typed_and_complete(action):
    assert action.check_outputs({"previous": "-r1\n"}) == {"previous": "-r1\n"}
    for wrong in ({}, {"previous": 1}, {"previous": "r1", "other": 1}):
        with pytest.raises(NotPermitted):
            action.check_outputs(wrong)


def test_the_target_comes_from_the_inputs(action):
    assert action.target_id(INPUTS) == "unit-web"


def test_an_action_may_have_no_target():
    text = TEXT.replace("target: unit-${service}", "target: none").replace(
        "    target_type: unit\n", ""
    )

    assert load(text).actions["svc.switch"].target_id(INPUTS) is None


def test_the_key_names_incident_and_step(action):
    assert action.key(INPUTS, incident="inc-1", step="s-2") == "inc-1/s-2/web"


def test_a_text_without_a_value_is_refused(action):
    unknown = Formula("${1 / 0}", lambda row, env: UNKNOWN)

    with pytest.raises(NotPermitted, match="target \\$\\{1 / 0\\} has no value"):
        replace(action, target=unknown).target_id(INPUTS)


def test_each_limit_counts_by_its_key(action):
    assert [(r.max, r.per_ms, r.key_of(INPUTS)) for r in action.rates] == [
        (2, 3_600_000, "web"),
        (9, 86_400_000, ""),
    ]


def test_a_precondition_holds_or_says_why_not(action):
    own, probed = action.requires

    assert own.holds(INPUTS) is True
    assert own.holds({**INPUTS, "service": "db"}) is False
    assert own.reason({**INPUTS, "service": "db"}) == "db is not for machines"
    assert probed.holds(INPUTS, {"active": False, "since": 0}) is False


def test_a_probe_is_asked_with_typed_inputs(action):
    call = action.requires[1].probe

    assert (call.executor, call.operation) == ("fake", "unit")
    assert call.inputs_of(INPUTS) == {"unit": "web", "deep": True, "tries": 3}


def test_a_proof_reads_inputs_outputs_and_what_the_probe_saw(action):
    verify = action.verify

    assert verify.holds(INPUTS, {"previous": "r1"}, {"status": 200, "release": "r2"}) is True
    assert verify.holds(INPUTS, {"previous": "r1"}, {"status": 200, "release": "r1"}) is False
    assert verify.holds(INPUTS, {"previous": "r1"}, {"status": 200}) is False
    assert verify.probe.inputs_of(INPUTS, {"previous": "r1"}) == {"service": "web", "was": "r1"}
    assert (verify.every_ms, verify.within_ms, verify.consecutive) == (1000, 30_000, 2)


def test_the_way_back_reads_the_outputs(action):
    assert action.rollback.action == "svc.switch"
    assert action.rollback_inputs(INPUTS, {"previous": "r1"}) == {"service": "web", "release": "r1"}


def test_where_no_outputs_came_back_what_reads_them_is_unknown(action):
    text = TEXT.replace('release: "${outputs.previous}"', 'release: "v${outputs.previous}"')
    mixed = load(text).actions["svc.switch"]

    assert action.verify.holds(INPUTS, {}, {"status": 200, "release": "r2"}) is UNKNOWN
    assert action.verify.probe.inputs_of(INPUTS, {}) == {"service": "web"}
    assert action.rollback_inputs(INPUTS, {}) == {"service": "web"}
    assert mixed.rollback_inputs(INPUTS, {}) == {"service": "web"}
    assert mixed.rollback_inputs(INPUTS, {"previous": "r1"})["release"] == "vr1"


def test_without_a_way_back_there_are_no_inputs(action):
    assert replace(action, rollback=None).rollback_inputs(INPUTS, {}) == {}


def test_transient_codes_are_listed(action):
    assert action.is_transient("BUSY")
    assert not action.is_transient("GONE")
    assert not action.is_transient("OTHER")
