import json

import pytest

from interlock.rules.caged.plan import Column, Plan, Reading, Ruleset, shorten

PLAN = Plan(
    columns={2: (), 1: (Column("c200", Reading.TEXT), Column("c201", Reading.NUMBER))},
    words=("prod", "é"),
    rulesets={1: (Ruleset("{}", frozenset({2, 1})),)},
)


def test_a_plan_is_read_back_from_json():
    assert Plan.from_json(json.loads(json.dumps(PLAN.to_json()))) == PLAN


def test_equal_plans_have_one_digest_and_others_another():
    again = Plan(dict(reversed(PLAN.columns.items())), PLAN.words, PLAN.rulesets)
    other = Plan(PLAN.columns, ("prod",), PLAN.rulesets)

    assert again.digest == PLAN.digest
    assert other.digest != PLAN.digest


@pytest.mark.parametrize("text", ["", "prod", "é" * 64, "sha256:" + "0" * 57])
def test_a_short_text_stays(text):
    assert shorten(text) == text


def test_long_texts_stay_different_and_become_short():
    one, other = "x" * 65_536, "x" * 65_536 + "y"

    assert shorten(one) != shorten(other)
    assert len(shorten(one)) == 71


def test_no_short_text_is_taken_for_a_long_one():
    long = "x" * 65
    assert shorten(shorten(long)) != shorten(long)
