"""What the loader finds of rules as a whole: facts, groups, circles, documents."""

import pytest

from tests.unit.rules.faulty import RULE, changed
from tests.unit.rules.given import SIGNALS, findings

FACTS = """\
interlock: rules/v1
rules:
  - id: suspect
    title: errors
    when: [{signal: error, as: err}]
    then:
      - assert: suspect
        set: {service: "${err.service}", value: 1}
    why: errors
  - id: act
    title: acts
    when: [{fact: suspect, as: s}]
    then: [{start: restart, incident: "${s.service}"}]
    why: suspect
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("value: 1", "value: 1, note: x", None, id="clean"),
        pytest.param(
            "assert: suspect",
            "assert: suspects",
            "r:7:17: error [RV210] undeclared fact 'suspects' (did you mean 'suspect'?)",
            id="undeclared",
        ),
        pytest.param(
            ", value: 1",
            "",
            "r:8:9: error [RV215] fact 'suspect' needs 'value' (set value)",
            id="missing field",
        ),
        pytest.param(
            "value: 1",
            "value: 1, vlaue: 1",
            "r:8:52: error [RV215] fact 'suspect' has no field 'vlaue' (did you mean 'value'?)",
            id="unknown field",
        ),
        pytest.param(
            "value: 1",
            'value: "${err.service}"',
            "r:8:52: error [RV202] expected int, found string",
            id="wrong type",
        ),
        pytest.param(
            "value: 1",
            'value: "${err.}"',
            "r:8:56: error [RE100] expected a field name after '.',"
            " found the end of the expression",
            id="template syntax",
        ),
    ],
)
def test_faults_of_assertions(old, new, found):
    ours = [one for one in findings(changed(FACTS, (old, new))) if "RV34" not in one]

    assert ours == ([found] if found else [])


def test_a_fact_nobody_reads_and_one_nobody_asserts_are_warned_of_where_they_are_declared():
    only_made, only_read = FACTS.split("  - id: act")
    head = "interlock: rules/v1\nrules:\n"

    assert findings(only_made) == [
        "s:20:3: warning [RV341] no rule reads 'suspect' (read it in a rule, or wait in a machine)"
    ]
    assert findings(head + "  - id: act" + only_read) == [
        "s:20:3: warning [RV342] no rule asserts 'suspect' (give it a ttl if operators set it)"
    ]
    frozen = ("fact: suspect", "fact: freeze")
    assert findings(changed(head + "  - id: act" + only_read, frozen)) == []


GROUP = """\
interlock: rules/v1
rules:
  - id: a
    title: a
    salience: 1
    exclusive: remedy
    when: [{signal: error, as: err}]
    then: [{start: restart, incident: "${err.service}"}]
    why: a
  - id: b
    title: b
    salience: 2
    exclusive: remedy
    when: [{signal: error, as: err}]
    then: [{send: worse, incident: "${err.service}"}]
    why: b
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("salience: 2", "salience: 3", None, id="clean"),
        pytest.param(
            "salience: 2\n    ", "salience: 1\n    status: disabled\n    ", None, id="off"
        ),
        pytest.param(
            "salience: 2",
            "salience: 1",
            "r:13:16: error [RV311] has salience 1 in group 'remedy', as has 'a'"
            " (give them different salience)",
            id="undecided",
        ),
        pytest.param(
            'then: [{send: worse, incident: "${err.service}"}]',
            'then: [{advise: "${err.service}"}]',
            "r:13:16: error [RV351] competes for a group but neither starts nor sends anything",
            id="no incident",
        ),
        pytest.param(
            'incident: "${err.service}"}]\n    why: b',
            'incident: "${err.service}"}, {send: worse, incident: all}]\n    why: b',
            "r:15:11: error [RV351] a rule in a group acts on one incident",
            id="two incidents",
        ),
    ],
)
def test_faults_of_exclusive_groups(old, new, found):
    assert findings(changed(GROUP, (old, new))) == ([found] if found else [])


def test_a_rule_in_a_group_may_not_assert():
    text = changed(
        GROUP,
        (
            'then: [{send: worse, incident: "${err.service}"}]',
            (
                'then: [{send: worse, incident: "${err.service}"},'
                ' {assert: blamed, set: {service: "${err.service}"}}]'
            ),
        ),
    )

    assert findings(text)[0] == (
        "r:15:11: error [RV351] a rule in a group may not assert: facts would depend on who won"
        " (assert the fact in a rule of its own)"
    )


KNOT = """\
interlock: rules/v1
rules:
  - id: suspect
    title: blamed is suspect
    when:
      - {signal: error, as: err}
      - {fact: blamed, as: b, where: service == err.service}
    then:
      - assert: suspect
        set: {service: "${b.service}", value: 1}
    why: blamed
  - id: blame
    title: suspect is blamed
    when:
      - {signal: error, as: err}
      - {fact: suspect, as: s, where: service == err.service}
    then: [{assert: blamed, set: {service: "${s.service}"}}]
    why: suspect
"""


def test_a_circle_of_facts_is_warned_of_at_each_rule_of_it():
    assert [one.partition(" [")[2][:5] for one in findings(KNOT)] == ["RV340", "RV340"]


def test_a_circle_through_a_negation_is_refused():
    text = changed(
        KNOT,
        ("{fact: suspect, as: s, where: service == err.service}",
         "not: {fact: suspect, where: service == err.service}"),
        ("${s.service}", "${err.service}"),
    )  # fmt: skip

    assert findings(text)[-1] == (
        "r:17:11: error [RV343] asserts what suspect follows from, and needs suspect to be absent"
        " (break the circle with a signal)"
    )


def test_an_id_used_twice_is_refused_with_the_place_of_the_first():
    text = RULE + RULE.split("rules:\n")[1]

    (found,) = findings(text)
    assert found.startswith("r:13:9: error [RV310] rule 'restart' is written already at r:3 (give")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(
            "facts:\n  suspect:",
            "facts:\n  error:",
            "s:20:3: error [RV216] 'error' is declared already at s:3"
            " (signals and facts share their names)",
            id="declared twice",
        ),
        pytest.param(
            "{service: string, revision: string}",
            "{service: string, revision: string, at: int}",
            "s:18:49: error [RV214] every element has a field 'at' already (choose another name)",
            id="reserved",
        ),
        pytest.param(
            "key: [service, revision]",
            "key: [service, revison]",
            "s:15:20: error [RV201] unknown field 'revison' (did you mean 'revision'?)",
            id="unknown key field",
        ),
        pytest.param(
            "key: [service, revision]",
            "key: [service, service]",
            "s:15:20: error [RV110] 'service' is in the key twice",
            id="key field twice",
        ),
        pytest.param("key: [service, revision]", "key: [source, subject]", None, id="implicit key"),
    ],
)
def test_faults_of_declarations(old, new, found):
    signals = changed(SIGNALS, (old, new))

    assert findings(RULE, signals=signals) == ([found] if found else [])


def test_a_key_may_not_be_optional():
    first = SIGNALS.replace("key: [service]", "key: [service, previous]", 1)

    assert findings(RULE, signals=first) == [
        "s:4:20: error [RV204] a key needs 'previous', which may be missing"
    ]


def test_all_faults_of_all_documents_come_at_once_and_in_order():
    signals = changed(SIGNALS, ("key: [service, revision]", "key: [service, revison]"))
    text = changed(RULE, ("value > 5", "valeu > 5"), ("${err.service} has", "${er.service} has"))

    places = [one.partition(" ")[0] for one in findings(text, signals=signals)]
    assert places == ["r:8:16:", "r:12:12:", "s:15:20:"]


def test_a_document_that_is_no_yaml_is_never_passed_over():
    assert findings("interlock: [") != []
