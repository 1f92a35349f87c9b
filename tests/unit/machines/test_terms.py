"""Terms of contracts: carried, part of the digest, and held against those who are asked."""

import pytest

from interlock.machines.terms import NO_TERMS, Terms
from tests.unit.machines.given import (
    ACTIONS,
    EVERY_RESULT,
    faults,
    load,
    machine,
    machine_faults,
    machine_text,
)

TERMS = "assumes: [it is day]\nenvironment: [vault, k8s]\nauthorised: [ops, dba, ops]\n"
ASKING = f"""
first:
  approve:
    role: people
    ask: go on?
    choices: {{approve: deciding, reject: handed, look: looking}}
    expires: 1m
    on_expire: handed
deciding:
  choose: [{{if: tries > 1, to: acting}}, {{else: ok}}]
acting:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
looking:
  run: svc.look
  on: {EVERY_RESULT}
"""


def actions(authorised: str) -> str:
    text = "    title: Restart\n"
    assert text in ACTIONS
    return ACTIONS.replace(text, f"{text}    authorised: {authorised}\n", 1)


def test_the_terms_of_a_machine_and_an_action_are_carried() -> None:
    base = load(
        machine_text(ASKING, extra=TERMS.replace("ops, dba", "people")), actions("[people]")
    )

    assert base.machines["m"].terms == Terms(("it is day",), ("vault", "k8s"), ("ops", "people"))
    assert base.actions["svc.restart"].terms == Terms(authorised=("people",))
    assert base.actions["svc.look"].terms == NO_TERMS


def test_terms_are_part_of_the_digest_and_none_are_not() -> None:
    plain = machine(ASKING)

    assert machine(ASKING, extra="assumes: []\n").digest == plain.digest
    assert machine(ASKING, extra="assumes: [it is day]\n").digest != plain.digest


@pytest.mark.parametrize(
    ("extra", "authorised", "found"),
    [
        ("", "[people, ops]", []),
        ("authorised: [people]\n", "[people]", []),
        ("", "[ops]", ["'people' may not authorise action 'svc.restart' (ask one of: ops)"]),
        ("authorised: [ops]\n", "[]", ["'people' may not authorise machine 'm' (ask one of: ops)"]),
    ],
)
def test_a_question_asks_those_who_may_authorise_what_it_leads_to(
    extra: str, authorised: str, found: list[str]
) -> None:
    told = faults(machine_text(ASKING, extra=extra), actions(authorised))

    assert told == [f"RV713 at `people`: {one}" for one in found]


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        ("assumes: it is day\n", "RV110 at"),
        ('assumes: [""]\n', "RV110 at"),
        ('authorised: ["on call"]\n', "RV121 at"),
        ("environment: [1]\n", "RV110 at"),
        ("assume: [it is day]\n", "RV112 at `assume`"),
    ],
)
def test_terms_of_another_shape_are_refused(terms: str, fault: str) -> None:
    [found] = machine_faults(ASKING, extra=terms)

    assert found.startswith(fault)
