"""What the loader finds in one rule: for each code one failing case, exact, and clean ones."""

import pytest

from tests.unit.rules.faulty import RULE, changed
from tests.unit.rules.given import SIGNALS, findings

TWO = """\
interlock: rules/v1
rules:
  - id: pair
    title: errors after a deploy
    when:
      - signal: error
        as: err
      - signal: deploy
        as: dep
        where: service == err.service
    then:
      - start: roll-back
        incident: ${err.service}
    why: ${dep.revision}
"""


@pytest.mark.parametrize("clean", [RULE, TWO])
def test_a_good_rule_has_no_findings(clean):
    assert findings(clean) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(
            "signal: error",
            "signal: eror",
            "r:6:17: error [RV210] undeclared signal 'eror' (did you mean 'error'?)",
            id="undeclared signal",
        ),
        pytest.param(
            "signal: error",
            "fact: suspct",
            "r:6:15: error [RV210] undeclared fact 'suspct' (did you mean 'suspect'?)",
            id="undeclared fact",
        ),
        pytest.param(
            "value > 5",
            "valeu > 5",
            "r:8:16: error [RV201] unknown field 'valeu' (did you mean 'value'?)",
            id="unknown field",
        ),
        pytest.param(
            "value > 5",
            "value > 5 and true",
            "r:8:26: error [RE101] unknown operator 'and' (write &&)",
            id="syntax",
        ),
        pytest.param(
            "value > 5",
            "value",
            "r:8:16: error [RV202] a condition needs a bool, found int",
            id="not a condition",
        ),
        pytest.param(
            "value > 5",
            'previous == "r1"',
            "r:8:16: error [RV204] 'previous' is optional and may be missing"
            " (ask first: has(previous) && …)",
            id="optional without has",
        ),
        pytest.param(
            "        as: err\n",
            "",
            "r:6:9: error [RV111] missing key 'as'",
            id="no alias",
        ),
        pytest.param(
            "as: err",
            "as: value",
            "r:7:13: error [RV214] 'value' is also a field of what this rule binds"
            " (choose another name)",
            id="shadowing",
        ),
        pytest.param(
            "${err.service}\n    why",
            "${err.value}\n    why",
            "r:11:21: error [RV202] expected string, found int (write ${string(…)})",
            id="incident is no text",
        ),
        pytest.param(
            "${err.service} has",
            "${er.service} has",
            "r:12:12: error [RV201] unknown name 'er' (did you mean 'err'?)",
            id="fault in why",
        ),
        pytest.param(
            "title: errors",
            "title: errors\n    sevirity: high",
            "r:5:5: error [RV112] unknown key 'sevirity' (did you mean 'severity'?)",
            id="unknown key",
        ),
        pytest.param(
            "${err.service} has errors",
            "${err.service has errors",
            "r:12:10: error [RE100] '${' has no closing '}'",
            id="syntax in why",
        ),
        pytest.param(
            "signal: error",
            "sgnal: error",
            "r:6:9: error [RV110] needs one of signal, fact, not, count, absent"
            " (did you mean 'signal'?)",
            id="no kind of condition",
        ),
        pytest.param(
            "as: err",
            "fact: suspect\n        as: err",
            "r:6:9: error [RV110] is signal and fact at once (make them two)",
            id="two kinds of condition",
        ),
        pytest.param(
            "title: errors",
            "title: errors\n    exclusive: remedy",
            None,
            id="alone in its group",
        ),
    ],
)
def test_faults_of_one_rule(old, new, found):
    text = changed(RULE, (old, new))
    if old == "as: err":
        text = text.replace("err.", "value.")

    assert findings(text) == ([found] if found else [])


def test_values_of_a_list_are_checked_one_by_one():
    signals = SIGNALS.replace(
        "fields: {service: string}\n  freeze",
        "fields: {service: string, who: list<string>}\n  freeze",
    )
    text = changed(
        RULE,
        (
            "- start: restart\n        incident: ${err.service}",
            "- assert: blamed\n        set: {service: x, who: [a, '${err.service}', '${er.x}']}",
        ),
    )

    assert [one for one in findings(text, signals=signals) if "RV34" not in one] == [
        "r:11:57: error [RV201] unknown name 'er' (did you mean 'err'?)"
    ]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(
            [("${dep.revision}", "because")],
            "r:9:13: warning [RV213] nothing reads 'dep' (use it in why, or call it _dep)",
            id="unused binding",
        ),
        pytest.param(
            [("as: dep", "as: _dep"), ("${dep.revision}", "because")],
            None,
            id="unused on purpose",
        ),
        pytest.param(
            [
                ("as: dep", "as: err"),
                ("service == err.service", "revision != ''"),
                ("dep.", "err."),
            ],
            "r:9:13: error [RV214] 'err' is bound already (choose another name)",
            id="bound twice",
        ),
        pytest.param(
            [("service == err.service", "service == err.sevice")],
            "r:10:31: error [RV201] 'err' has no field 'sevice' (did you mean 'service'?)",
            id="unknown field of a binding",
        ),
    ],
)
def test_faults_between_patterns(changes, found):
    assert findings(changed(TWO, *changes)) == ([found] if found else [])


def test_a_pattern_joined_to_nothing_is_a_cartesian_product_across_keys():
    text = changed(TWO, ("service == err.service", "service != err.service"))

    assert findings(text) == [
        (
            "r:8:9: warning [RV320] 'dep' is joined to nothing before it by =="
            " (add a condition such as service == err.service)"
        ),
        (
            "r:8:9: warning [RV324] joins across correlation keys: dep.service is not equated with"
            " err.service (add a condition such as service == err.service)"
        ),
    ]


def test_a_join_on_another_field_leaves_the_correlation_key():
    text = changed(TWO, ("service == err.service", "revision == err.service"))

    assert findings(text) == [
        (
            "r:8:9: warning [RV324] joins across correlation keys: dep.service is not equated with"
            " err.service (add a condition such as service == err.service)"
        )
    ]


def test_a_signal_that_does_not_say_what_belongs_together_is_told_so():
    text = """\
interlock: signals/v1
signals:
  a: {key: [service], correlate: [service], ttl: 1m, fields: {service: string}}
  b: {key: [service], ttl: 1m, fields: {service: string}}
---
interlock: rules/v1
rules:
  - id: both
    title: Both
    when:
      - {signal: a, as: one}
      - {signal: b, as: two, where: service == one.service}
    then: [{advise: "${one.service}"}]
    why: ${two.service}
"""

    assert findings(text) == [
        (
            "r:12:9: warning [RV324] joins across correlation keys: two.subject is not equated with"
            " one.service (declare `correlate` of b)"
        )
    ]


def test_a_rule_needs_something_that_must_be_there():
    pattern = "signal: error\n        as: err\n        where: value > 5"
    text = changed(
        RULE,
        (pattern, "not: {signal: error}"),
        ("${err.service} has", "no"),
        ("${err.service}", "all"),
    )

    assert findings(text) == [
        (
            "r:6:7: error [RV110] needs at least one signal or fact that must be there"
            " (add one before not)"
        )
    ]


def many(count: int) -> str:
    one = "      - {{signal: deploy, as: d{0}, where: service == err.service}}\n"
    pattern = "      - signal: deploy\n        as: dep\n        where: service == err.service\n"
    return changed(
        TWO,
        (pattern, "".join(one.format(number) for number in range(count))),
        ("${dep.revision}", "".join(f"${{d{number}.revision}}" for number in range(count))),
    )


def test_a_rule_has_at_most_eight_patterns():
    assert findings(many(7)) == []
    assert findings(many(8)) == [
        (
            "r:6:7: error [RV330] has 9 patterns, 8 is the most (assert a fact from some"
            " and match that)"
        )
    ]


def test_values_for_a_machine_are_text_numbers_or_truth_values():
    given = ("incident: ${err.service}", "incident: ${err.service}\n        with: {a: [1]}")

    assert findings(changed(RULE, given)) == [
        "r:12:19: error [RV110] needs text, a number or a truth value"
    ]
