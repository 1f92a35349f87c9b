"""RV302, RV340 and RV613 as errors: what an author is refused, and what only looks like it."""

from __future__ import annotations

import pytest

from interlock.engine.bundle import Bundle
from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.language.expression import NO_PARAMETERS
from interlock.rules.load import load_rulebase
from interlock.rules.verify.refusals import certain_faults
from tests.unit.rules.verify.given import ERROR, HEAD, rule, where

FACTS = """\
facts:
  down:
    key: [service]
    ttl: 1h
    fields:
      service: string
      level: {type: int, min: 0, max: 9}
      note: {type: string, optional: true}
"""
SIGNALS = ERROR + FACTS
BOTH = "where: [ratio > 0.5, ratio < 0.2]"


def refused(*rules: str) -> list[str]:
    """Return the errors of some rules, as an author gets them."""
    text = HEAD + "".join(rules)
    documents = [*load_documents(SIGNALS, "s"), *load_documents(text, "r")]
    try:
        load_rulebase(documents, NO_PARAMETERS, certain_faults)
    except DefinitionError as error:
        return [str(one) for one in error.diagnostics if one.severity == "error"]
    return []


def spreading(values: str, *conditions: str, more: str = "", when: str = "") -> str:
    """Return a rule from `down` to `down`."""
    lines = "".join(f"\n    - '{one}'" for one in conditions)
    pattern = "- fact: down\n  as: d" + (f"\n  where:{lines}" if lines else "") + when
    return rule("r", pattern, then="{assert: down, set: {" + values + "}}", more=more)


# --- conditions that contradict each other -------------------------------------------------------


def test_conditions_that_contradict_each_other_are_refused_at_the_later_one() -> None:
    (found,) = refused(where("ratio > 0.5", "ratio < 0.2"))

    assert found == (
        "r:12:14: error [RV302] 'ratio < 0.2' is never true where 'ratio > 0.5' holds"
        " (the rule never fires: leave one out, or join them with ||)"
    )


@pytest.mark.parametrize(
    "conditions",
    [
        pytest.param(["ratio > 0.5", "ratio < 0.6"], id="they-can-both-hold"),
        pytest.param(['level == "low" || level == "top"', "ratio > 0.5"], id="an-alternative"),
        pytest.param(['has(previous) && previous != "a"', 'level != "low"'], id="optional"),
    ],
)
def test_conditions_that_can_hold_together_are_not_refused(conditions: list[str]) -> None:
    assert refused(where(*conditions)) == []


def test_a_rule_that_fires_by_another_branch_is_left_to_verify() -> None:
    branches = (
        f"- any:\n    - [{{signal: error, as: err, {BOTH}}}]\n"
        "    - [{signal: error, as: err, where: ratio > 0.5}]"
    )

    assert refused(rule("r", branches, then='{advise: "${err.service}"}')) == []


def test_a_rule_none_of_whose_branches_can_match_is_refused() -> None:
    branches = (
        f"- any:\n    - [{{signal: error, as: err, {BOTH}}}]\n"
        "    - [{signal: error, as: err, where: [ratio > 0.9, ratio < 0.1]}]"
    )

    found = refused(rule("r", branches, then='{advise: "${err.service}"}'))

    assert [one.partition(" (")[0].partition("] ")[2] for one in found] == [
        "'ratio < 0.2' is never true where 'ratio > 0.5' holds",
        "'ratio < 0.1' is never true where 'ratio > 0.9' holds",
    ]


def test_what_can_never_be_absent_is_left_to_verify() -> None:
    when = f"- {{signal: error, as: _err}}\n- not: {{signal: error, {BOTH}}}"

    assert refused(rule("r", when)) == []


def test_a_disabled_rule_is_not_refused() -> None:
    assert (
        refused(where("ratio > 0.5", "ratio < 0.2").replace("why:", "status: disabled\n    why:"))
        == []
    )


# --- rules that feed themselves ------------------------------------------------------------------


SAME = 'service: "${d.service}", level: "${d.level}"'


@pytest.mark.parametrize(
    ("values", "conditions"),
    [
        pytest.param(SAME, [], id="all-of-it"),
        pytest.param('service: x, level: "${d.level}"', [], id="another-key"),
        pytest.param('service: x, level: "${d.level}"', ["level > 3"], id="what-it-keeps"),
        pytest.param("service: x, level: 5", ['service != "y"', "level > 3"], id="what-it-sets"),
    ],
)
def test_a_rule_that_asserts_the_same_from_what_it_asserts_is_refused(
    values: str, conditions: list[str]
) -> None:
    (found,) = refused(spreading(values, *conditions))

    assert "error [RV340] follows from down and asserts the same again" in found


@pytest.mark.parametrize(
    ("values", "conditions", "more"),
    [
        pytest.param('service: x, level: "${d.level}"', ['service != "x"'], "", id="left-out"),
        pytest.param("service: x, level: 5", ["level < 5"], "", id="not-what-it-sets"),
        pytest.param('service: "${d.service}", level: "${d.level + 1}"', [], "", id="it-ends-at-9"),
        pytest.param('service: "${d.service}-a", level: 1', [], "", id="another-each-time"),
        pytest.param(SAME, ["has(note)"], "", id="what-it-does-not-set"),
        pytest.param(SAME, [], "status: shadow\n", id="without-effect"),
        pytest.param(SAME, [], "cooldown: 5m\n", id="restrained"),
        pytest.param("service: x, level: 10", [], "", id="outside-its-range"),
    ],
)
def test_a_rule_that_may_come_to_an_end_is_not_refused(
    values: str, conditions: list[str], more: str
) -> None:
    assert [
        one for one in refused(spreading(values, *conditions, more=more)) if "RV340" in one
    ] == []


def test_a_rule_that_needs_something_else_each_time_is_not_refused() -> None:
    when = "\n- {signal: error, as: _e, where: service == d.service}"

    assert refused(spreading(SAME, when=when)) == []


def test_the_error_takes_the_place_of_the_warning() -> None:
    text = HEAD + spreading(SAME)
    documents = [*load_documents(SIGNALS, "s"), *load_documents(text, "r")]

    with pytest.raises(DefinitionError) as refusal:
        load_rulebase(documents, NO_PARAMETERS, certain_faults)

    assert [one.severity for one in refusal.value.diagnostics if one.code == "RV340"] == ["error"]


# --- bundles that have been decided with ---------------------------------------------------------


@pytest.mark.parametrize("faulty", [where("ratio > 0.5", "ratio < 0.2"), spreading(SAME)])
def test_what_is_refused_to_an_author_compiles_for_a_journal_that_holds_it(faulty: str) -> None:
    files = {"s.yaml": SIGNALS, "r.yaml": HEAD + faulty}

    assert Bundle.compile(files).digest
    with pytest.raises(DefinitionError):
        Bundle.compile(files, strict=True)


# --- rules that speak for machines ---------------------------------------------------------------

SENDS = """
  - id: speaks
    title: It says how the step of a machine ended
    when: [{signal: error, as: err}]
    then: [{send: EVENT, incident: "${err.service}"}]
    why: ${err.service}
"""


@pytest.mark.parametrize(("event", "told"), [("done", 1), ("met", 1), ("calmed", 0)])
def test_a_rule_that_says_how_a_step_ended_is_refused_to_an_author(event: str, told: int) -> None:
    files = {"s.yaml": SIGNALS, "r.yaml": HEAD + SENDS.replace("EVENT", event)}

    assert Bundle.compile(files).digest
    assert [code for code in codes_of(files) if code == "RV613"] == ["RV613"] * told


def codes_of(files: dict[str, str]) -> list[str]:
    """Return the codes of what an author is refused."""
    try:
        Bundle.compile(files, strict=True)
    except DefinitionError as error:
        return [one.code for one in error.diagnostics]
    return []
