"""Every known way to make durable-rules lie, tried on the cage, as a regression test.

`raw_durable.py` shows that the dangers are real (the controls at the end run it); here the same is
tried through the one way that input and authors have: rules, and the fields of elements.  The
worker is a process, so a cage that does not hold fails a test and not the run.
"""

import json

import pytest

from interlock.language.values import BOOL, STRING, double
from interlock.rules.caged.limits import Uncageable
from interlock.rules.network import Operator
from tests.failure.caged import EQ, NE, Worker, both, join, pattern, raw, whenever, where
from tests.property.packs import rule


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.mark.parametrize(("one", "other"), [("liquid", "costarring"), ("declinate", "macallums")])
def test_names_that_share_a_hash(worker, one, other):
    assert worker.matches(whenever(where(one, EQ, 1)), ("alert", {other: 1})) == []
    assert worker.matches(whenever(where(one, EQ, 1)), ("alert", {other: 2, one: 1})) == [("r", 0)]


def test_texts_that_share_a_hash(worker):
    same = both(join("v", EQ, "a", "v", STRING))

    assert worker.matches(same, ("alert", {"v": "liquid"}), ("deploy", {"v": "costarring"})) == []


@pytest.mark.parametrize(
    "name", ["id", "sid", "$s", "$init", "k", "n", "c200", "p0", "$time", "all"]
)
def test_a_field_with_a_name_of_the_engine_or_of_the_cage(worker, name):
    forged = {name: 2, "v": 1}

    assert worker.matches(whenever(where("v", EQ, 1)), ("alert", forged)) == [("r", 0)]
    assert worker.matches(whenever(where(name, EQ, 3)), ("alert", forged)) == []
    assert worker.matches(both(), ("alert", forged)) == []


def test_a_text_that_would_be_json(worker):
    forged = '","k":2,"n":1,"x":"'
    rules = [*whenever(), *(rule("d", pattern("d", "deploy")),)]

    assert worker.matches(rules, ("alert", {"v": forged})) == [("r", 0)]


def test_a_text_and_the_same_with_65536_more(worker):
    rules = whenever(where("x", EQ, "prod", STRING))

    assert worker.matches(rules, ("alert", {"x": "prod" + "A" * 65_536})) == []
    assert worker.matches(rules, ("alert", {"x": "prod"})) == [("r", 0)]


def test_two_long_texts_of_one_length_are_two_elements(worker):
    same = [
        rule(
            "r",
            pattern("a", "alert"),
            pattern("b", "alert", joins=(join("x", NE, "a", "x", STRING),)),
        )
    ]
    facts = [("alert", {"x": "A" * 65_536}), ("alert", {"x": "B" * 65_536})]

    assert worker.matches(same, *facts) == [("r", 0, 1), ("r", 1, 0)]


def test_equal_elements_are_as_many_as_they_are(worker):
    rules = [rule("r", pattern("a", "alert"), pattern("b", "alert"))]

    assert worker.matches(rules, *([("alert", {"x": 1})] * 3)) == [
        ("r", 0, 2), ("r", 1, 2), ("r", 2, 0), ("r", 2, 1)
    ]  # fmt: skip


def test_the_largest_numbers_are_exact_and_larger_ones_refused(worker):
    top = 2**53 - 1

    assert worker.matches(whenever(where("x", EQ, top)), ("alert", {"x": top - 1})) == []
    assert worker.matches(whenever(where("x", EQ, -top)), ("alert", {"x": -top})) == [("r", 0)]
    with pytest.raises(Uncageable):
        worker.matches(whenever(where("x", EQ, 1)), ("alert", {"x": 2**63}))
    with pytest.raises(Uncageable):
        worker.matches(whenever(where("x", EQ, 2**63)), ("alert", {"x": 1}))


def test_decimals_join_by_value(worker):
    same = both(join("x", EQ, "a", "x", double(6)))

    assert worker.matches(same, ("alert", {"x": 1_000_000}), ("deploy", {"x": 1_000_000})) == [
        ("r", 0, 1)
    ]


@pytest.mark.parametrize("value", [1, "true", "True", 1.0])
def test_what_is_not_a_bool_is_never_taken_for_one(worker, value):
    rules = whenever(where("x", EQ, True, BOOL))

    with pytest.raises(AssertionError, match="no flag within bounds"):
        worker.matches(rules, ("alert", {"x": value}))
    assert worker.matches(rules, ("alert", {"x": True})) == [("r", 0)]


@pytest.mark.parametrize("value", ["5", 5.0, True])
def test_what_is_not_a_number_is_never_compared_with_one(worker, value):
    with pytest.raises(AssertionError, match="no number within bounds"):
        worker.matches(whenever(where("x", Operator.LT, 50)), ("alert", {"x": value}))


@pytest.mark.parametrize("operator", [op for op in Operator if op is not Operator.IN])
def test_a_missing_field_is_never_equal_unequal_or_ordered(worker, operator):
    assert worker.matches(whenever(where("x", operator, 5)), ("alert", {"y": 5})) == []
    assert worker.matches(
        both(join("x", operator, "a", "x")), ("alert", {}), ("deploy", {"x": 1})
    ) == []  # fmt: skip


def test_a_missing_joined_field_does_not_poison_what_comes_after(worker):
    same = both(join("v", EQ, "a", "v"))
    facts = [("alert", {}), ("alert", {"v": 1}), ("deploy", {}), ("deploy", {"v": 1})]

    assert worker.matches(same, *facts) == [("r", 1, 3)]


def test_texts_are_ordered_as_the_language_orders_them(worker):
    rules = whenever(where("x", Operator.LT, "abc ", STRING))

    assert worker.matches(rules, ("alert", {"x": "abc"})) == [("r", 0)]
    assert worker.matches(rules, ("alert", {"x": "abd"})) == []


def test_a_list_of_constants_of_which_two_could_hold_matches_once(worker):
    rules = whenever(where("x", Operator.IN, (1, 1, 2)))

    assert worker.matches(rules, ("alert", {"x": 1})) == [("r", 0)]


def test_a_join_may_be_written_in_either_pattern(worker):
    facts = [("alert", {"v": 1}), ("deploy", {"v": 2}), ("deploy", {"v": 1})]

    assert worker.matches(both(join("v", EQ, "a", "v")), *facts) == [("r", 0, 2)]


def test_one_element_that_meets_sixty_patterns_at_once(worker):
    rules = [rule(f"r{n:02}", pattern("a", "alert", where("x", Operator.GE, n))) for n in range(60)]

    assert len(worker.matches(rules, ("alert", {"x": 100}))) == 60


def test_eight_patterns_are_met_and_nine_refused(worker):
    def rules(size):
        return [rule("r", *(pattern(f"a{n}", f"t{n}") for n in range(size)))]

    facts = [(f"t{n}", {}) for n in range(8)]

    assert worker.matches(rules(8), *facts) == [("r", *range(8))]
    with pytest.raises(Uncageable, match="9 patterns"):
        worker.matches(rules(9), *facts)


def test_24_joins_are_made_and_25_refused(worker):
    row = {f"x{n}": n for n in range(25)}

    def rules(size):
        return both(*(join(f"x{n}", EQ, "a", f"x{n}") for n in range(size)))

    assert worker.matches(rules(24), ("alert", row), ("deploy", row)) == [("r", 0, 1)]
    assert worker.matches(rules(24), ("alert", row), ("deploy", {**row, "x23": 0})) == []
    with pytest.raises(Uncageable, match="25 joins"):
        worker.matches(rules(25), ("alert", row), ("deploy", row))


def test_200_fields_are_shown_and_201_refused(worker):
    def rules(size):
        tests = [where(f"x{n}", EQ, n) for n in range(size)]
        return [
            rule(f"r{n}", pattern("a", "alert", *tests[n : n + 60])) for n in range(0, size, 60)
        ]

    row = {f"x{n}": n for n in range(300)}

    assert len(worker.matches(rules(200), ("alert", row))) == 4
    with pytest.raises(Uncageable, match="200 fields"):
        worker.matches(rules(201), ("alert", row))


def test_a_dotted_name_and_a_nested_value_are_two_things(worker):
    row = {"a.b": 1, "a": ("b",)}

    assert worker.matches(whenever(where("a.b", EQ, 1)), ("alert", row)) == [("r", 0)]


# --- controls: without the cage it happens ---

FIRES = {
    "liquid and costarring": ["r"],
    "two sessions of one hash": ["r"],
    "a text and 65,536 more": ["r"],
    "2^63 and 2^70": ["r"],
    "true and 1": ["r"],
    "true and 'true'": ["r"],
    "a join that looks forward": ["r"],
    "an or of two truths": ["r", "r"],
    "the first of two keys": ["r"],
    "a state that is no state": ["r"],
    "a negation that is blocked": ["r"],
    "a text that goes on": [],
    "not equal to null": [],
}


@pytest.mark.parametrize(("name", "fired"), FIRES.items())
def test_control_the_raw_engine_answers_wrongly(name, fired):
    assert json.loads(raw(name).stdout) == fired


def test_control_the_raw_engine_loses_a_fact_that_meets_65_patterns():
    assert "error code: 303" in raw("65 patterns met at once").stderr
