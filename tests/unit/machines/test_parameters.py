"""Machines read parameters as if their values had been written there."""

from __future__ import annotations

import pytest

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.language.params import read_parameters
from interlock.machines import Machine, load_machines
from tests.unit.machines.given import ACTIONS, FACTS, PROBES, SIGNALS, machine_text

PARAMS = """\
interlock: params/v1
params:
  calm: {type: double, default: 0.05}
  tries: {type: int, default: 3}
  tier1: {type: list<string>, default: [web]}
environments:
  staging: {calm: 0.2, tries: 5, tier1: [db]}
"""
STATES = """
first:
  choose:
    - {if: service in params.tier1, to: watching}
    - {else: told, why: "only ${params.tries} tries"}
watching:
  wait: {signal: http.error_ratio, where: value < params.calm, hold: 3m}
  on: {met: ok}
  after: {10m: told}
told:
  run: svc.switch
  with: {service: "${service}", release: "r${params.tries}", hosts: "${params.tier1}"}
  on: {done: ok, failed: handed, timed_out: handed, refused: handed, unverified: handed}
"""


def load(environment: str | None = None, params: str = PARAMS, states: str = STATES) -> Machine:
    documents = [
        document
        for number, text in enumerate((params, machine_text(states), ACTIONS))
        for document in load_documents(text, f"{number}.yaml")
    ]
    return load_machines(
        documents,
        signal_types=SIGNALS,
        fact_types=FACTS,
        probes=PROBES,
        parameters=read_parameters(documents, environment).parameters,
    ).machines["m"]


def test_every_text_of_a_machine_has_the_values_of_its_environment():
    first, watching, told = (load("staging").states[n] for n in ("first", "watching", "told"))

    assert first.branches[0].guard.text == 'service in ["db"]'
    assert watching.wait.where.text == "value < 0.200000"
    assert told.inputs["release"].evaluate({}, {}) == "r5"
    assert told.inputs["hosts"].evaluate({}, {}) == ("db",)


@pytest.mark.parametrize(
    ("old", "new"),
    [("default: 0.05", "default: 0.06"), ("default: 3", "default: 4"), ("[web]", "[db]")],
)
def test_the_version_of_a_machine_covers_the_values_it_reads(old: str, new: str):
    assert load(params=PARAMS.replace(old, new)).digest != load().digest


def test_a_machine_that_reads_none_has_the_version_it_had():
    plain = STATES.replace("service in params.tier1", 'service == "web"')
    plain = plain.replace('"${params.tier1}"', "[web]").replace("${params.tries}", "3")
    plain = plain.replace("params.calm", "0.05")

    assert load(states=plain).digest == load("staging", states=plain).digest


def test_what_is_unknown_is_reported_where_it_is_read():
    with pytest.raises(DefinitionError) as refused:
        load(states=STATES.replace("params.calm", "params.clam").replace("r${p", "r${params.x + p"))

    assert [one.message for one in refused.value.diagnostics] == [
        "unknown parameter 'clam'",
        "unknown parameter 'x'",
    ]


def test_a_parameter_with_a_fault_is_no_fault_of_the_machines_that_read_it():
    assert load(params=PARAMS.replace("default: 3", "default: x")).states


def test_parameters_in_a_document_that_is_broken_are_no_fault_of_the_machines_that_read_it():
    assert load(params="interlock: params/v1\nparams: 5\n").states
