"""Every known way to kill durable-rules, tried on the cage, as a regression test.

`raw_durable.py` shows that the dangers are real (the controls at the end run it); here the same is
tried through the one way that input and authors have: rules, and the fields of elements.  The
worker is a process, so a cage that does not hold fails a test and not the run.
"""

import json
import re
import subprocess

import pytest
from hypothesis import given, settings

from interlock.language.values import STRING, list_of
from interlock.rules.caged.pack import CagedPack
from interlock.rules.network import Operator
from tests.failure.caged import EQ, Worker, both, join, pattern, raw, whenever, where
from tests.property.packs import packs, rule
from tests.scale import count


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


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


# --- controls: without the cage it happens ---

DIES = {
    "a fact without fields": -11,
    "a session name of 4 MB": -11,
    "a field name of 9 MB": -11,
    "256 equal conditions": -11,
    "a division by a field that is 0": -8,
}


@pytest.mark.parametrize(("name", "code"), DIES.items())
def test_control_the_raw_engine_dies(name, code):
    assert raw(name).returncode == code


def test_control_the_raw_engine_never_returns():
    with pytest.raises(subprocess.TimeoutExpired):
        raw("513 distinct conditions", seconds=3)
