import importlib.util
import sys
from contextlib import closing

import pytest

from interlock.rules.caged import cage as cage_module
from interlock.rules.caged import ruleset, vocabulary
from interlock.rules.caged.cage import Cage, CageBroken, Compiled, available
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.plan import Column, Plan, Reading, Ruleset
from interlock.rules.caged.ruleset import Comparison, ConstantTest, JoinTest, Pattern, Rule

ALERT, DEPLOY = 1, 2
SERVICE, COUNT, URGENT, DEPLOYED = "c200", "c201", "c202", "c400"

# r0: a deploy of the service that the alert is about; r1: an alert with a count of 3 or more.
RULES = [
    Rule(
        0,
        (
            Pattern(ALERT, (ConstantTest(SERVICE, Comparison.UNEQUAL, 0),)),
            Pattern(DEPLOY, (), (JoinTest(DEPLOYED, Comparison.EQUAL, 0, SERVICE),)),
        ),
    ),
    Rule(1, (Pattern(ALERT, (ConstantTest(COUNT, Comparison.AT_LEAST, 3),)),)),
]
PLAN = Plan(
    columns={
        ALERT: (
            Column(SERVICE, Reading.TEXT),
            Column(COUNT, Reading.NUMBER),
            Column(URGENT, Reading.FLAG),
        ),
        DEPLOY: (Column(DEPLOYED, Reading.TEXT),),
    },
    words=("none",),
    rulesets={ALERT: (Ruleset(ruleset.write(RULES), frozenset({ALERT, DEPLOY})),)},
)


@pytest.fixture
def cage():
    with closing(Cage(PLAN)) as cage:
        yield cage


def test_durable_rules_is_here():
    assert available() is None


def test_matches_are_found_and_sorted(cage):
    rows = [[DEPLOY, "shop"], [ALERT, "shop", 3, None], [DEPLOY, "mail"], [DEPLOY, "shop"]]

    assert cage.evaluate(rows, 1) == [(0, (1, 0)), (0, (1, 3)), (1, (1,))]


def test_only_the_focus_may_be_the_first_pattern(cage):
    rows = [[ALERT, "shop", 3, None], [ALERT, "shop", 1, None], [DEPLOY, "shop"]]

    assert cage.evaluate(rows, 1) == [(0, (1, 2))]


def test_nothing_is_remembered_of_the_evaluation_before(cage):
    cage.evaluate([[ALERT, "shop", 3, None], [DEPLOY, "shop"]], 0)

    assert cage.evaluate([[ALERT, "shop", None, None]], 0) == []


def test_a_word_of_the_rules_and_the_same_text_of_a_fact_are_equal(cage):
    assert cage.evaluate([[ALERT, "none", None, None], [DEPLOY, "none"]], 0) == []


def test_a_focus_that_no_rule_begins_with_matches_nothing(cage):
    assert cage.evaluate([[DEPLOY, "shop"]], 0) == []


BAD = {
    "a number where a text is due": [ALERT, 1, 3, None],
    "a text where a number is due": [ALERT, "shop", "3", None],
    "a bool where a number is due": [ALERT, "shop", True, None],
    "a number where a flag is due": [ALERT, "shop", 3, 1],
    "a float": [ALERT, "shop", 3.0, None],
    "a list": [ALERT, ["shop"], 3, None],
    "an object": [ALERT, {"k": 1}, 3, None],
    "2^53": [ALERT, "shop", 2**53, None],
    "-2^53": [ALERT, "shop", -(2**53), None],
    "a place too few": [ALERT, "shop", 3],
    "a place too many": [ALERT, "shop", 3, None, None],
    "no kind": ["shop"],
    "the kind of the opening fact": [0],
    "true as kind": [True, "shop", 3, None],
    "an unknown kind": [9, "shop"],
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_a_row_that_is_not_as_planned_is_refused_and_the_cage_stays_usable(cage, row):
    with pytest.raises(Uncageable):
        cage.evaluate([[ALERT, "shop", 3, None], row], 0)

    assert cage.evaluate([[ALERT, "shop", 3, None]], 0) == [(1, (0,))]


def test_512_facts_are_taken_and_one_more_is_refused(cage):
    rows = [[ALERT, "shop", 3, None], *([DEPLOY, "shop"] for _ in range(512))]

    assert len(cage.evaluate(rows[:512], 0)) == 512
    with pytest.raises(Uncageable, match="513 facts"):
        cage.evaluate(rows, 0)


def test_an_explosion_of_matches_is_refused_and_the_cage_stays_usable():
    rules = [Rule(0, (Pattern(ALERT), Pattern(DEPLOY), Pattern(DEPLOY)))]
    plan = Plan(
        {ALERT: (), DEPLOY: ()},
        (),
        {ALERT: (Ruleset(ruleset.write(rules), frozenset({ALERT, DEPLOY})),)},
    )
    with closing(Cage(plan)) as cage:
        with pytest.raises(Uncageable, match="more than 10000 matches"):
            cage.evaluate([[ALERT], *([[DEPLOY]] * 102)], 0)

        assert len(cage.evaluate([[ALERT], *([[DEPLOY]] * 100)], 0)) == 9_900


def test_an_error_of_the_engine_breaks_the_cage():
    # 65 patterns met at once: what the limits never let through (error 303).
    text = '{"r0":{"all":[{"p0":{"k":1}}]},"o":{"all":[{"p0":{"k":0}}]}'
    text += (
        "".join(f',"r{n}":{{"all":[{{"p0":{{"$lt":{{"k":{n}}}}}}}]}}' for n in range(2, 80)) + "}"
    )
    plan = Plan({ALERT: ()}, (), {ALERT: (Ruleset(text, frozenset({ALERT})),)})

    with pytest.raises(CageBroken, match="303"):
        Cage(plan).evaluate([[ALERT]], 0)


def test_without_the_package_it_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert available() == "durable-rules is not installed"


def test_on_a_python_that_cannot_load_it_it_says_so(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))

    assert "3.13" in available()


def test_the_ruleset_used_least_makes_room_and_comes_back_when_needed(monkeypatch):
    monkeypatch.setattr(cage_module, "_MAX_COMPILED", 2)
    compiled = Compiled()
    texts = [ruleset.write([Rule(number, (Pattern(ALERT),))]) for number in range(3)]
    plans = [Plan({ALERT: ()}, (), {ALERT: (Ruleset(t, frozenset({ALERT})),)}) for t in texts]
    cages = [Cage(plan, compiled) for plan in plans]

    found = [cages[number].evaluate([[ALERT]], 0) for number in (0, 1, 0, 2, 0, 1)]

    assert found == [[(number, (0,))] for number in (0, 1, 0, 2, 0, 1)]
    compiled.close()


def test_facts_of_a_kind_that_a_ruleset_cannot_use_are_not_shown_to_it():
    alone = Ruleset(ruleset.write([Rule(0, (Pattern(ALERT),))]), frozenset({ALERT}))
    plan = Plan({ALERT: (), DEPLOY: ()}, (), {ALERT: (alone,)})

    with closing(Cage(plan)) as cage:
        assert cage.evaluate([[ALERT], [DEPLOY]], 0) == [(0, (0,))]


def test_a_fact_the_engine_takes_for_another_breaks_the_cage(monkeypatch):
    monkeypatch.setattr(vocabulary, "FACT_IDS", ("f0", "f0"))

    with pytest.raises(CageBroken, match="took a fact for another"):
        Cage(PLAN).evaluate([[ALERT, "shop", 3, None], [DEPLOY, "shop"]], 0)
