"""Every known way to kill durable-rules or make it lie, tried on the cage, as a regression test.

`raw_durable.py` shows that the dangers are real (the controls at the end run it); here the same is
tried through the one way that input and authors have: rules, and the fields of elements.  The
worker is a process, so a cage that does not hold fails a test and not the run.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings

from interlock.language.values import BOOL, INT, STRING, double, list_of
from interlock.rules.caged.framing import Progress, frame, read_frame
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation, FactRow
from interlock.rules.network import Comparison, ElementKind, Join, Operator, Pack, Pattern
from tests.property.packs import packs, rule
from tests.scale import count

EQ, NE = Operator.EQ, Operator.NE


class Worker:
    """A real worker, asked one evaluation at a time."""

    def __init__(self):
        self._progress = os.memfd_create("progress")
        os.ftruncate(self._progress, Progress.SIZE)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "interlock.rules.caged.worker"),
                *(f"--progress={self._progress}", f"--memory={2**30}", f"--parent={os.getpid()}"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._progress],
        )
        assert orjson.loads(read_frame(self._process.stdout)) == {"ready": True}

    def matches(self, rules, *facts):
        """Ask about the last of the facts, each (type, fields); return rules and places."""
        caged = CagedPack(Pack("pack-0", tuple(rules)))
        rows = tuple(FactRow(f"s{n}", type_, fields) for n, (type_, fields) in enumerate(facts))
        asked = Evaluation(1, "pack-0", rows, rows[-1].id, ())
        request = {
            "plans": {caged.digest: caged.plan.to_json()},
            "evaluations": [orjson.Fragment(caged.request(asked))],
        }
        self._process.stdin.write(frame(orjson.dumps(request)))
        self._process.stdin.flush()
        body = read_frame(self._process.stdout)
        assert body is not None, f"the worker died: {self._process.wait()}"
        (answer,) = orjson.loads(body)["answers"]
        assert not isinstance(answer, str), answer
        return [
            (rule_id, *(int(id_[1:]) for id_ in ids))
            for rule_id, ids in caged.matches(asked, answer)
        ]

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        os.close(self._progress)


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


def pattern(alias, type_, *tests, joins=()):
    return Pattern(alias, ElementKind.SIGNAL, type_, tests, (), joins)


def where(field, operator, constant, type_=INT):
    return Comparison(field, operator, constant, type_, f"{field} {operator} {constant!r}")


def join(field, operator, alias, other, type_=INT):
    return Join(field, operator, alias, other, type_, f"{field} {operator} {alias}.{other}")


def whenever(*tests):
    """One rule of one pattern."""
    return [rule("r", pattern("a", "alert", *tests))]


def both(*joins):
    """One rule of two patterns with joins between them."""
    return [rule("r", pattern("a", "alert"), pattern("b", "deploy", joins=joins))]


# --- what killed the process -------------------------------------------------------------------


def test_an_element_without_any_field(worker):
    assert worker.matches(whenever(), ("alert", {})) == [("r", 0)]
    assert worker.matches(whenever(where("v", EQ, 1)), ("alert", {})) == []


@pytest.mark.parametrize("name", ["v", "id", "sid", "subject"])
def test_a_text_of_four_megabytes_under_any_name(worker, name):
    long = "k" * 4_000_000
    rules = whenever(where(name, EQ, long, STRING))

    assert worker.matches(rules, ("alert", {name: long})) == [("r", 0)]
    assert worker.matches(rules, ("alert", {name: long + "k"})) == []


def test_a_field_name_of_nine_megabytes(worker):
    name = "k" * 9_000_000

    assert worker.matches(whenever(where(name, EQ, 1)), ("alert", {name: 1})) == [("r", 0)]
    assert worker.matches(whenever(), ("alert", {name: ({"a": 1},)})) == [("r", 0)]


def test_a_list_nested_240_deep(worker):
    deep = ("x",)
    for _ in range(240):
        deep = (deep,)
    same = both(join("tags", EQ, "a", "tags", list_of(STRING)))

    assert worker.matches(same, ("alert", {"tags": deep}), ("deploy", {"tags": deep})) == [
        ("r", 0, 1)
    ]


def test_more_evaluations_than_the_engine_has_sessions(worker):
    found = [worker.matches(whenever(), ("alert", {"sid": f"s{n}"})) for n in range(1_100)]

    assert found == [[("r", 0)]] * 1_100


def test_elements_that_come_and_go_between_evaluations(worker):
    same = both(join("v", EQ, "a", "v"))
    pair = [("alert", {"v": 1}), ("deploy", {"v": 1})]

    found = [worker.matches(same, *facts) for facts in (pair, pair[:1], pair[1:], pair) * 100]

    assert found == [[("r", 0, 1)], [], [], [("r", 0, 1)]] * 100


def test_a_last_join_that_is_false(worker):
    joins = (join("v", EQ, "a", "v"), join("w", Operator.LT, "a", "w"))
    facts = [("alert", {"v": 1, "w": 0}), *([("deploy", {"v": 1, "w": 1})] * 200)]

    assert worker.matches(both(*joins), *facts) == []


def test_300_rules_of_one_condition(worker):
    rules = [rule(f"r{n:03}", pattern("a", "alert", where("k", EQ, 1))) for n in range(300)]

    assert worker.matches(rules, ("alert", {"k": 1})) == [(f"r{n:03}", 0) for n in range(300)]


def test_600_rules_of_distinct_conditions_and_an_element_with_another_field(worker):
    rules = [rule(f"r{n:03}", pattern("a", "alert", where("k", EQ, n))) for n in range(600)]

    assert worker.matches(rules, ("alert", {"other": 1})) == []
    assert worker.matches(rules, ("alert", {"k": 599})) == [("r599", 0)]


OURS = re.compile(r"[kn]|[cpr][0-9]+")
ALLOWED = {"$and", "$ex", "$neq", "$lt", "$lte", "$gt", "$gte"}


@settings(max_examples=count(50, 2_000))
@given(packs())
def test_no_pack_can_say_what_the_engine_gets_wrong(pack):
    """Law: no or, not, nex, regex, arithmetic, array, count, priority, text or float is written.

    Every object has one key, every ``and`` at least two parts, every name is the cage's own.
    """

    def walk(value):
        if isinstance(value, list):
            for part in value:
                walk(part)
        elif isinstance(value, dict):
            ((name, part),) = value.items()
            assert name in ALLOWED or OURS.fullmatch(name)
            assert name != "$and" or len(part) > 1
            walk(part)
        else:
            assert type(value) is int or OURS.fullmatch(value)

    for rulesets in CagedPack(pack).plan.rulesets.values():
        for written in rulesets:
            for body in json.loads(written.text).values():
                assert set(body) == {"all"}
                walk(body["all"])


# --- what made it lie ---------------------------------------------------------------------------


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


# --- the controls: without the cage it happens --------------------------------------------------

RAW = Path(__file__).with_name("raw_durable.py")
DIES = {
    "a fact without fields": -11,
    "a session name of 4 MB": -11,
    "a field name of 9 MB": -11,
    "256 equal conditions": -11,
    "a division by a field that is 0": -8,
}
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


def raw(name, seconds=10):
    return subprocess.run(
        [sys.executable, RAW, name], capture_output=True, text=True, timeout=seconds, check=False
    )


@pytest.mark.parametrize(("name", "code"), DIES.items())
def test_control_the_raw_engine_dies(name, code):
    assert raw(name).returncode == code


@pytest.mark.parametrize(("name", "fired"), FIRES.items())
def test_control_the_raw_engine_answers_wrongly(name, fired):
    assert json.loads(raw(name).stdout) == fired


def test_control_the_raw_engine_never_returns():
    with pytest.raises(subprocess.TimeoutExpired):
        raw("513 distinct conditions", seconds=3)


def test_control_the_raw_engine_loses_a_fact_that_meets_65_patterns():
    assert "error code: 303" in raw("65 patterns met at once").stderr
