"""Rules read parameters as if their values had been written there."""

from __future__ import annotations

from textwrap import dedent

import pytest

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.language.params import read_parameters
from interlock.rules.load import load_rulebase
from interlock.rules.rulebase import RuleBase
from tests.unit.rules.given import SIGNALS, World, fired

PARAMS = """\
interlock: params/v1
params:
  limit: {type: int, default: 5}
  window: {type: duration, default: 15m}
  tier1: {type: list<string>, default: [web, db]}
  team: {type: string, default: shop}
environments:
  staging: {limit: 7, window: 5m, tier1: [web], team: lab}
"""
RULE = """\
  - id: errors
    title: errors
    when:
      - {signal: error, as: err, where: [value > params.limit, service in params.tier1]}
      - {signal: deploy, as: dep, where: [service == err.service, err.at - at < params.window]}
    then: [{advise: "tell ${params.team}: ${dep.revision}"}]
    why: more than ${params.limit} errors
"""


def load(rules: str = RULE, environment: str | None = None, params: str = PARAMS) -> RuleBase:
    documents = [
        *load_documents(SIGNALS, "s"),
        *load_documents(params, "p"),
        *load_documents("interlock: rules/v1\nrules:\n" + dedent(rules), "r"),
    ]
    return load_rulebase(documents, read_parameters(documents, environment).parameters)


def faults(rules: str, params: str = PARAMS) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        load(rules, params=params)
    return [str(one) for one in refused.value.diagnostics]


def test_a_rule_decides_by_the_values_of_its_environment():
    for environment, value in ((None, 6), ("staging", 8)):
        world = World(load(environment=environment))
        world.signal("deploy", service="web", revision="r1")

        assert fired(world.error(value=value - 1)) == []
        assert fired(world.error(value=value)) == ["errors"]


def test_what_people_read_holds_the_values():
    world = World(load(environment="staging"))
    world.signal("deploy", service="web", revision="r1")
    (firing,) = world.error(value=9).firings

    assert firing.why == "more than 7 errors"
    assert firing.consequences[0].text == "tell lab: r1"


def test_a_list_is_indexed_as_if_it_had_been_written():
    written = RULE.replace("service in params.tier1", '\'service in ["web", "db"]\'')
    written = written.replace("params.limit,", "5,")

    assert load().rules["errors"].patterns[0] == load(written).rules["errors"].patterns[0]


@pytest.mark.parametrize(
    "reading",
    [
        "value > params.limit",
        "service in params.tier1",
        "err.at - at < params.window",
        "tell ${params.team}",
        "than ${params.limit}",
    ],
)
def test_the_version_covers_every_value_that_is_read(reading: str):
    assert reading in RULE
    name = reading.partition("params.")[2].rstrip("}")
    line = next(line for line in PARAMS.splitlines() if line.strip().startswith(f"{name}:"))
    other = {"limit": "6", "window": "16m", "tier1": "[web]", "team": "lab"}[name]
    changed = PARAMS.replace(line, line.partition("default: ")[0] + f"default: {other}}}")

    assert load(params=changed).digest != load().digest


def test_the_version_does_not_cover_what_nothing_reads():
    plain = RULE.replace("params.team", "err.service")

    assert load(plain, params=PARAMS.replace("shop", "lab")).digest == load(plain).digest


def test_what_is_unknown_is_reported_where_it_is_read_with_all_other_faults():
    broken = RULE.replace("params.limit,", "params.limits,").replace("params.window", "worth")

    assert faults(broken.replace("${params.team}", "${params.tem}")) == [
        "r:6:55: error [RV201] unknown parameter 'limits' (did you mean 'limit'?)",
        "r:7:79: error [RV201] unknown field 'worth' (quote it if it is text: \"worth\")",
        "r:8:34: error [RV201] unknown parameter 'tem' (did you mean 'team'?)",
    ]


def test_a_value_of_the_wrong_type_is_reported_where_it_is_read():
    (found,) = faults(RULE.replace("value > params.limit", "value > params.team"))
    assert found.startswith("r:6:40: error [RV202] cannot compare int with string (compare")


def test_without_a_document_of_parameters_the_hint_says_where_they_go():
    found = faults(RULE.replace("params.window", 'duration("1m")'), params="")

    assert "(declare it in a params/v1 document)" in found[0]


def test_a_parameter_with_a_fault_is_reported_once_and_fits_everywhere():
    documents = load_documents(PARAMS.replace("default: 5}", "default: x}"), "p")
    base = read_parameters(documents)
    rules = "interlock: rules/v1\nrules:\n" + RULE
    others = [*load_documents(SIGNALS, "s"), *load_documents(rules, "r")]

    assert load_rulebase(others, base.parameters).warnings == ()
    assert [one.code for one in base.diagnostics("error")] == ["RV202"]


def test_an_alias_may_not_hide_the_parameters():
    renamed = RULE.replace("as: dep", "as: params").replace("dep.", "params.")

    assert any("[RV214] 'params' is how parameters are read" in one for one in faults(renamed))


def test_where_there_are_no_parameters_it_is_a_name_like_any_other():
    rule = """\
  - id: old
    title: old
    when: [{signal: error, as: params}]
    then: [{advise: "${params.service}"}]
    why: old
"""

    assert fired(World(load(rule, params="")).error()) == ["old"]
