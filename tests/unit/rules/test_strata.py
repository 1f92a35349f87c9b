"""In which order facts are settled and rules run."""

import itertools
from dataclasses import replace

import pytest

from interlock.language.values import STRING
from interlock.rules.network import AssertSpec, ElementKind, Pattern, Produced, Rule
from interlock.rules.strata import stratify

RULE = Rule(
    id="",
    patterns=(),
    negations=(),
    consequences=(),
    why=Produced("why", STRING, lambda _row, _env: "why"),
    salience=0,
    exclusive=None,
    shadow=False,
    stratum=0,
    title="",
    owner=None,
    severity=None,
    risk=None,
    runbook_url=None,
    path="",
    line=0,
)


def rule(rule_id: str, reads: str = "", negates: str = "", asserts: str = "") -> Rule:
    return replace(
        RULE,
        id=rule_id,
        patterns=tuple(Pattern(f"p{f}", ElementKind.FACT, f) for f in reads),
        negations=tuple(Pattern("", ElementKind.FACT, f) for f in negates),
        consequences=tuple(AssertSpec(f, (), frozenset(), {}) for f in asserts),
    )


def test_a_rule_runs_after_every_rule_that_asserts_what_it_reads():
    strata = stratify("ab", [rule("1", asserts="a"), rule("2", "a", asserts="b"), rule("3", "b")])

    assert strata.of_rule == {"1": 0, "2": 1, "3": 2}
    assert strata.levels == {"a": 0, "b": 1}
    assert strata.recursive == frozenset()


def test_a_fact_is_settled_after_the_last_rule_that_asserts_it():
    strata = stratify("ab", [rule("1", asserts="ab"), rule("2", "a", asserts="b"), rule("3", "b")])

    assert strata.levels == {"a": 0, "b": 1}
    assert strata.of_rule == {"1": 0, "2": 1, "3": 2}


def test_a_negated_fact_is_settled_first_like_one_that_is_read():
    strata = stratify("a", [rule("1", asserts="a"), rule("2", negates="a")])

    assert strata.of_rule == {"1": 0, "2": 1}
    assert strata.unstratified == ()


def test_facts_in_a_circle_are_settled_together():
    strata = stratify(
        "abc",
        [rule("0", asserts="a"), rule("1", "a", asserts="b"), rule("2", "b", asserts="a"),
         rule("3", "b", asserts="c"), rule("4", "c")],
    )  # fmt: skip

    assert strata.levels == {"a": 0, "b": 0, "c": 1}
    assert strata.of_rule == {"0": 0, "1": 0, "2": 0, "3": 1, "4": 2}
    assert strata.recursive == {"a", "b"}


def test_a_fact_that_leads_to_itself_is_recursive():
    assert stratify("ab", [rule("1", "a", asserts="a")]).recursive == {"a"}


@pytest.mark.parametrize(
    "rules",
    [
        [rule("x", negates="a", asserts="a")],
        [rule("x", negates="a", asserts="b"), rule("y", "b", asserts="a")],
    ],
)
def test_a_negation_within_its_own_circle_is_named(rules):
    assert stratify("ab", rules).unstratified == ("x",)


def test_a_long_chain_of_facts_needs_no_deep_stack():
    names = [f"f{number}" for number in range(301)]
    chain = [
        replace(
            RULE,
            id=after,
            patterns=(Pattern("p", ElementKind.FACT, before),),
            consequences=(AssertSpec(after, (), frozenset(), {}),),
        )
        for before, after in itertools.pairwise(names)
    ]

    assert stratify(names, chain).levels["f300"] == 300
