"""Every fault of an action contract is found at its place; what is sound passes."""

import pytest

from tests.unit.machines.given import ACTIONS, EVERY_RESULT, PROBES, faults, load, machine_text

ACT = """
interlock: actions/v1
package: test
owner: team
executor: fake
actions:
  do.it:
    version: 1
    title: Do it
    inputs:
      service: string
      note: {type: string, optional: true}
      port: {type: int, optional: true}
    outputs: {previous: string}
    target: ${service}
    risk: low
    irreversible_because: done is done
    idempotency_key: ${service}
    timeout: 1m
    verify: {probe: fake.check, expect: probe.status == 200, every: 1s, within: 30s}
"""

REVERSIBLE = (
    ACT.replace("irreversible_because: done is done", "reversible: true")
    + """
    rollback: {action: do.it, with: {service: "${service}"}}
"""
)


RUN_RESTART = f"""
first:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
"""


def test_sound_contracts_are_clean():
    assert [faults(ACT), faults(REVERSIBLE), faults(ACTIONS)] == [[], [], []]


# --- what it says of itself


def test_an_act_says_its_risk_and_its_target():
    text = ACT.replace("    risk: low\n", "").replace("    target: ${service}\n", "")

    assert faults(text) == [
        "RV111 at `do.it`: 'do.it' says no risk (`risk: none` changes nothing)",
        "RV111 at `do.it`: 'do.it' says no target (an inventory id, or `target: none`)",
    ]


def test_an_action_names_its_executor_or_its_document_does():
    assert faults(ACT.replace("executor: fake\n", "")) == [
        "RV111 at `do.it`: 'do.it' names no executor (add `executor:`)"
    ]


@pytest.mark.parametrize("key", ["version", "title", "idempotency_key", "timeout"])
def test_what_every_action_must_say_is_asked_for(key):
    lines = [line for line in ACT.split("\n") if not line.startswith(f"    {key}:")]

    assert [one[:5] for one in faults("\n".join(lines))] == ["RV111"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("risk: low", "risk: lowish", "RV113"),
        ("version: 1", "version: 0", "RV110"),
        ("timeout: 1m", "timeout: 0s", "RV120"),
        ("timeout: 1m", "timeout: 31d", "RV120"),
        ("timeout: 1m", "timeout: soon", "RV120"),
        ("title: Do it", "titel: Do it", "RV112"),
        ("kind", "kind", None),
    ],
)
def test_a_wrong_shape_is_found(old, new, code):
    found = [one[:5] for one in faults(ACT.replace(old, new))]

    assert found == (
        [] if code is None else sorted({"RV111", code} if new.startswith("titel") else {code})
    )


def test_one_name_declared_in_two_documents_is_found():
    assert faults(ACT, ACT) == ["RV122 at `do.it`: action 'do.it' is declared twice"]


# --- the way back


def test_reversible_needs_a_rollback():
    text = ACT.replace("irreversible_because: done is done", "reversible: true")

    assert faults(text) == ["RV701 at `reversible`: 'do.it' is reversible without `rollback`"]


def test_a_rollback_makes_it_reversible():
    assert faults(REVERSIBLE.replace("reversible: true", "irreversible_because: no")) == [
        (
            "RV701 at `rollback`: 'do.it' has a rollback and does not say that it is reversible"
            " (add `reversible: true`)"
        )
    ]


def test_what_cannot_be_taken_back_says_why():
    assert faults(ACT.replace("    irreversible_because: done is done\n", "")) == [
        (
            "RV701 at `do.it`: 'do.it' cannot be taken back and does not say why "
            "(add `rollback` or `irreversible_because`)"
        )
    ]


def test_reversible_and_irreversible_contradict():
    text = REVERSIBLE.replace("reversible: true", "reversible: true\n    irreversible_because: no")

    assert faults(text) == [
        "RV701 at `irreversible_because`: 'do.it' is reversible and irreversible"
    ]


def test_what_changes_nothing_needs_no_way_back_and_no_proof():
    text = ACT.replace("risk: low", "risk: none").replace(
        "    irreversible_because: done is done\n", ""
    )

    assert faults("\n".join(line for line in text.split("\n") if "verify" not in line)) == []


def test_a_rollback_that_does_not_exist_is_found():
    assert faults(REVERSIBLE.replace("action: do.it", "action: undo.it")) == [
        "RV211 at `undo.it`: unknown action 'undo.it' (did you mean 'do.it'?)"
    ]


def test_a_rollback_needs_its_inputs():
    assert faults(REVERSIBLE.replace(', with: {service: "${service}"}', "")) == [
        "RV215 at `action`: action 'do.it' needs service"
    ]


def test_a_notice_takes_nothing_back():
    text = REVERSIBLE.replace("action: do.it, with: {service: ", "action: page.send, with: {text: ")

    assert faults(text, ACTIONS) == [
        "RV711 at `page.send`: 'page.send' is of kind notify and takes nothing back"
    ]


# --- proof and preconditions


def test_a_change_needs_a_proof():
    text = "\n".join(line for line in ACT.split("\n") if "verify" not in line)

    assert faults(text) == [
        (
            "RV704 at `do.it`: nothing proves that 'do.it' had its effect "
            "(add `verify`; only `risk: none` needs no proof)"
        )
    ]


def test_a_proof_that_cannot_succeed_in_time_is_found():
    assert faults(ACT.replace("within: 30s", "within: 2s")) == [
        "RV712 at `within`: 3 looks 1s apart do not fit within 2s"
    ]


def test_a_proof_that_just_fits_is_sound():
    assert faults(ACT.replace("within: 30s", "within: 2001ms")) == []


def test_a_probe_no_executor_has_is_found():
    assert faults(ACT.replace("fake.check", "fake.chek")) == [
        "RV710 at `fake.chek`: unknown probe 'fake.chek' (did you mean 'fake.check'?)"
    ]


def test_what_a_probe_sees_is_typed():
    assert [
        one[:5] for one in faults(ACT.replace("probe.status == 200", 'probe.status == "up"'))
    ] == ["RV202"]


def test_a_precondition_may_read_inputs_alone():
    text = ACT + '    requires: [{expect: service != "all", why: "${service} is too much"}]\n'

    assert faults(text) == []


def test_a_precondition_without_a_probe_reads_none():
    text = ACT + "    requires: [{expect: probe.status == 200, why: it must answer}]\n"

    assert [one.partition(":")[0] for one in faults(text)] == ["RV201 at `probe`"]


def test_a_precondition_says_what_it_means():
    text = ACT + "    requires: [{expect: service != note}]\n"

    assert sorted({one[:5] for one in faults(text)}) == ["RV111"]


def test_a_probe_is_asked_with_plain_values():
    text = ACT.replace("probe: fake.check,", "probe: fake.check, with: {a: [1], b: {c: 1}},")

    assert faults(text) == [
        "RV202 at `[1]`: what a probe is asked with is a text, a whole number or a truth value",
        "RV202 at `{c: 1}`: what a probe is asked with is a text, a whole number or a truth value",
    ]


# --- texts that must have a value


@pytest.mark.parametrize("key", ["target", "idempotency_key"])
def test_a_key_reads_no_optional_input(key):
    found = faults(ACT.replace(f"{key}: ${{service}}", f"{key}: ${{note}}"))

    assert [one[:5] for one in found] == ["RV204"]


def test_a_target_is_text():
    found = faults(
        ACT.replace("port: {type: int, optional: true}", "port: int").replace(
            "target: ${service}", "target: ${port}"
        )
    )

    assert found == ["RV202 at `${port}`: expected text, found int (put text around it)"]


def test_only_the_key_reads_incident_and_step():
    good = ACT.replace("idempotency_key: ${service}", "idempotency_key: ${incident.id}/${step.id}")
    bad = ACT.replace("target: ${service}", "target: ${incident.id}")

    assert faults(good) == []
    assert [one.partition(":")[0] for one in faults(bad)] == ["RV201 at `incident`"]


def test_one_limit_or_a_list_of_limits():
    one = ACT + '    limits: {rate: {max: 2, per: 1h, key: "${service}"}}\n'
    many = ACT + '    limits: {rate: [{max: 2, per: 1h, key: "${service}"}, {max: 9, per: 1d}]}\n'

    assert [faults(one), faults(many)] == [[], []]
    assert [(r.max, r.per_ms) for r in load(many).actions["do.it"].rates] == [
        (2, 3_600_000),
        (9, 86_400_000),
    ]


# --- inventory


def test_an_inventory_lists_targets():
    base = load("""
        interlock: inventory/v1
        targets:
          web: {type: service, domain: zone-a, attributes: {port: 80, unit: web, spare: false}}
        """)

    assert base.inventory.find("web", "service").attributes == {
        "port": 80,
        "unit": "web",
        "spare": False,
    }


def test_a_target_listed_twice_is_found():
    text = "interlock: inventory/v1\ntargets:\n  web: {type: service, domain: a}\n"

    assert faults(text, text) == ["RV122 at `web`: target 'web' is declared twice"]


def test_an_action_of_wrong_shape_is_not_reported_as_unknown_too():
    text = ACTIONS.replace("risk: low", "risk: lowish")
    states = RUN_RESTART

    assert [one[:5] for one in faults(machine_text(states), text)] == ["RV113"]


def test_actions_that_are_no_mapping_are_found():
    text = "interlock: actions/v1\npackage: test\nowner: team\nactions: [do.it]\n"

    assert faults(text) == ["RV110 at `[do.it]`: expected a mapping, found a list"]


def test_an_attribute_is_plain():
    text = "interlock: inventory/v1\ntargets:\n  web: {type: t, domain: a, attributes: {p: [1]}}\n"

    assert [one[:5] for one in faults(text)] == ["RV110"]


def test_an_empty_inventory_is_legal():
    assert load("interlock: inventory/v1\n").inventory.targets == {}


def test_probes_come_from_the_executors():
    assert faults(ACT) == []
    assert dict(load(ACT).probes) == PROBES
