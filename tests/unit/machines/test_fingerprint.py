"""Digests follow what documents mean, not how they are written."""

import pytest

from interlock.errors import InvariantBroken
from interlock.machines.fingerprint import canonical_form, fingerprint
from tests.bundles import web_bundle
from tests.unit.machines.given import ACTIONS, EVERY_RESULT, load, machine_text

RUN = f"""
first:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
"""


def digest(states: str) -> str:
    return load(machine_text(states), ACTIONS).machines["m"].digest


def test_spacing_comments_and_the_way_to_write_an_expression_do_not_matter():
    other = RUN.replace("first:", "first:  # the first").replace("${service}", "${ service }")

    assert digest(other) == digest(RUN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("${service}", "x${service}"),
        ("failed: handed", "failed: ok"),
        ("failed: handed", "failed: {to: handed, why: it failed}"),
        ("  on:", "  doc: It starts.\n  on:"),
        ("  on:", "  after: {1h: handed}\n  on:"),
        ("  on:", "  retry: {attempts: 2}\n  on:"),
    ],
)
def test_a_change_of_meaning_changes_the_digest(old, new):
    assert digest(RUN.replace(old, new)) != digest(RUN)


def test_a_base_has_one_digest_in_whatever_order_its_documents_come():
    base = load(machine_text(RUN), ACTIONS)

    assert load(ACTIONS, machine_text(RUN)).digest == base.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("risk: low", "risk: medium"),
        ("timeout: 10s", "timeout: 11s"),
        ("consecutive", "consecutive"),
        ("probe.status == 200", "probe.status == 201"),
    ],
)
def test_a_base_covers_its_actions(old, new):
    changed = ACTIONS.replace(old, new)

    assert (load(changed).digest == load(ACTIONS).digest) is (changed == ACTIONS)


def test_a_base_covers_its_inventory():
    one = "interlock: inventory/v1\ntargets:\n  web: {type: service, domain: a}\n"

    assert load(one).digest != load(one.replace("domain: a", "domain: b")).digest


def test_an_empty_base_has_a_digest():
    assert load().digest == load().digest


@pytest.mark.parametrize("value", [1.5, object(), int])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(InvariantBroken, match="has no canonical form"):
        fingerprint(value)


def test_sets_are_sorted():
    assert canonical_form(frozenset({"b", "a"})) == ["a", "b"]


BEFORE_LATER_WORDS = {
    "fail-over": "9820a1c2b61650f3e62599c7966cdc536393b384ef0128a659a683664004128a",
    "restart-service": "ca16fb97616fea01b3a88450a6a3bbf15b0d1b8e67a36707108cd89f3e3eb081",
    "rollback-release": "07eeaa97b93f709df54415766af23b1e538ace9d339c1d6640b888074d47dbfc",
}
"""Digests from before there were questions, service levels, invariants and terms."""


def test_machines_that_use_no_later_word_keep_the_digest_they_had():
    machines = web_bundle().machinebase.machines

    assert {name: one.digest for name, one in machines.items()} == BEFORE_LATER_WORDS


@pytest.mark.parametrize(
    "extra",
    [
        "sla: {resolve_within: 1h, on_breach: handed}\n",
        "invariants: [{name: one, check: running.size() <= 1}]\n",
        "assumes: [it is day]\n",
        "environment: [vault]\n",
        "authorised: [ops]\n",
    ],
)
def test_a_later_word_that_is_used_changes_the_digest(extra):
    used = load(machine_text(RUN, extra=extra), ACTIONS).machines["m"].digest

    assert used != digest(RUN)
