"""A bundle is compiled for one environment, and its digest says for which."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import ENVIRONMENT, Bundle
from interlock.errors import DefinitionError
from tests import bundles

PARAMS = """\
interlock: params/v1
params:
  threshold: {type: int, default: 5, min: 1, max: 9}
environments:
  staging: {threshold: 7}
"""
RULES = """\
interlock: rules/v1
rules:
  - id: burning
    title: burning
    when: [{signal: load, as: load, where: value > params.threshold}]
    then: [{advise: "${load.subject}"}]
    why: more than ${params.threshold}
"""
SIGNALS = "interlock: signals/v1\nsignals: {load: {ttl: 1m, fields: {value: int}}}\n"
FILES = {"p.yaml": PARAMS, "r.yaml": RULES, "s.yaml": SIGNALS}


def constant(bundle: Bundle) -> object:
    return bundle.rulebase.rules["burning"].patterns[0].comparisons[0].constant


def test_without_an_environment_the_defaults_count():
    bundle = Bundle.compile(FILES)

    assert (constant(bundle), bundle.files, bundle.warnings) == (5, FILES, ())


def test_an_environment_is_part_of_the_bundle_and_of_its_digest():
    staging = Bundle.compile(FILES, "staging")

    assert constant(staging) == 7
    assert staging.digest != Bundle.compile(FILES).digest


def test_what_was_compiled_for_an_environment_is_compiled_for_it_again_from_its_files():
    staging = Bundle.compile(FILES, "staging")
    again = Bundle.compile(staging.files)

    assert again.files[ENVIRONMENT] == '{"environment":"staging"}'
    assert (again.digest, constant(again)) == (staging.digest, 7)


def test_a_bundle_without_parameters_is_what_it_was():
    assert ENVIRONMENT not in bundles.web_bundle().files


def test_an_environment_nobody_declares_is_refused():
    with pytest.raises(DefinitionError) as refused:
        Bundle.compile(FILES, "stagin")
    (fault,) = refused.value.diagnostics

    assert str(fault).startswith("p.yaml:4:1: error [RV217] no environment is called 'stagin'")


def test_a_parameter_that_nothing_reads_is_a_warning():
    plain = {**FILES, "r.yaml": RULES.replace("params.threshold", "5")}
    (warning,) = Bundle.compile(plain).warnings

    assert str(warning).startswith("p.yaml:3:3: warning [RV218] nothing reads parameter")


def test_a_fault_of_a_parameter_is_reported_once_and_no_other_because_of_it():
    broken = {**FILES, "p.yaml": PARAMS.replace("default: 5", "default: 50")}
    with pytest.raises(DefinitionError) as refused:
        Bundle.compile(broken)

    assert [one.code for one in refused.value.diagnostics] == ["RV205"]


def test_a_document_of_parameters_that_is_broken_is_its_only_fault():
    with pytest.raises(DefinitionError) as refused:
        Bundle.compile({**FILES, "p.yaml": "interlock: params/v1\nparams: 5\n"})

    assert [one.path for one in refused.value.diagnostics] == ["p.yaml"]
