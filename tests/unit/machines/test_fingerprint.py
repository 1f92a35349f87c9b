"""Digests follow what documents mean, not how they are written."""

import pytest

from interlock.errors import InvariantBroken
from interlock.machines.fingerprint import canonical_form, fingerprint
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
