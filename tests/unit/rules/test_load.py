"""What documents become."""

import pytest

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.language.values import INT, STRING, double
from interlock.rules.load import load_rulebase
from interlock.rules.network import ElementKind, Operator
from tests.unit.rules.given import SIGNALS, rulebase

RULES = """\
interlock: rules/v1
package: payments
owner: team-payments
severity: low
risk: medium
runbook_url: https://runbooks.example.net/payments
rules:
  - id: restart
    title: Errors rose
    severity: high
    salience: 7
    when:
      - signal: error
        as: err
        where:
          - value > 5 && has(previous)
          - service in ["web", "shop"]
          - value / limit > 2
          - previous != "r0"
      - signal: deploy
        as: dep
        where:
          - service == err.service
          - revision != err.previous
          - size(revision) > size(err.service)
      - not:
          fact: freeze
          where: service == err.service
    then:
      - start: restart
        incident: ${err.service}
        with: {service: "${err.service}", count: 3, share: 0.25, text: "on ${dep.revision}"}
    why: ${err.service} has ${err.value} errors
"""


def loaded(*texts: str):
    return load_rulebase([d for n, text in enumerate(texts) for d in load_documents(text, f"f{n}")])


def test_a_rule_carries_its_own_words_and_those_of_its_document():
    rule = loaded(SIGNALS, RULES).rules["payments/restart"]

    assert (rule.title, rule.owner, rule.severity, rule.risk) == (
        "Errors rose",
        "team-payments",
        "high",
        "medium",
    )
    assert rule.runbook_url == "https://runbooks.example.net/payments"
    assert (rule.salience, rule.exclusive, rule.shadow) == (7, None, False)
    assert (rule.path, rule.line) == ("f1", 8)


def test_every_conjunct_lands_in_the_place_that_suits_it():
    err, dep = loaded(SIGNALS, RULES).rules["payments/restart"].patterns

    assert (err.alias, err.kind, err.type) == ("err", ElementKind.SIGNAL, "error")
    assert [(c.field, c.operator, c.constant) for c in err.comparisons] == [
        ("value", Operator.GT, 5),
        ("service", Operator.IN, ("web", "shop")),
        ("previous", Operator.NE, "r0"),
    ]
    assert [p.text for p in err.predicates] == ["has(previous)", "value / limit > 2"]
    assert [(j.field, j.operator, j.alias, j.other) for j in dep.joins] == [
        ("service", Operator.EQ, "err", "service"),
        ("revision", Operator.NE, "err", "previous"),
    ]
    assert [(r.aliases, r.text) for r in dep.residuals] == [
        (("err",), "size(revision) > size(err.service)")
    ]


def test_a_comparison_of_a_field_that_may_be_missing_is_a_predicate():
    rule = rulebase(
        """
  - id: maybe
    title: maybe
    when: [{signal: error, as: err, where: '!has(previous) || previous == "r1"'}]
    then: [{advise: "${err.service}"}]
    why: maybe
"""
    ).rules["maybe"]

    assert rule.patterns[0].comparisons == ()
    assert len(rule.patterns[0].predicates) == 1


@pytest.mark.parametrize(
    "where",
    [
        "[has(err.previous), service == err.previous]",
        "[service == err.service, has(err.previous) && err.previous == revision]",
    ],
)
def test_a_join_on_a_field_that_is_proven_only_with_others_is_a_test_not_an_index(where):
    rule = rulebase(
        f"""
  - id: maybe
    title: maybe
    when:
      - {{signal: error, as: err}}
      - {{signal: deploy, as: dep, where: {where}}}
    then: [{{advise: "${{err.service}} ${{dep.revision}}"}}]
    why: maybe
"""
    ).rules["maybe"]

    assert all(join.other != "previous" for join in rule.patterns[1].joins)
    assert any("previous" in residual.text for residual in rule.patterns[1].residuals)


def test_a_join_on_a_field_that_is_proven_alone_is_an_index():
    rule = rulebase(
        """
  - id: sure
    title: sure
    when:
      - {signal: error, as: err, where: has(previous)}
      - {signal: deploy, as: dep, where: revision == err.previous}
    then: [{advise: "${err.service} ${dep.revision}"}]
    why: sure
"""
    ).rules["sure"]

    assert [join.other for join in rule.patterns[1].joins] == ["previous"]


def test_machines_that_are_started_are_listed_with_what_they_are_given():
    (start,) = loaded(SIGNALS, RULES).starts

    assert (start.machine, start.rule) == ("restart", "payments/restart")
    assert start.inputs == {"service": STRING, "count": INT, "share": double(2), "text": STRING}
    assert (start.path, start.span.line, start.span.col) == ("f1", 30, 16)


def test_declarations_have_defaults():
    base = loaded("interlock: signals/v1\nsignals:\n  ping: {ttl: 1m}\n")

    ping = base.signal_types["ping"]
    assert (ping.key, ping.correlate, ping.keep_latest, ping.ttl_ms) == (
        ("subject",),
        ("subject",),
        True,
        60_000,
    )
    assert set(ping.readable) == {"at", "name", "source", "subject", "severity", "status", "id"}


def test_the_version_ignores_order_spacing_and_comments():
    spaced = "# a comment\n" + RULES.replace("salience: 7", "salience:   7")

    assert loaded(RULES, SIGNALS).digest == loaded(SIGNALS, spaced).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value > 5", "value > 6"),
        ("salience: 7", "salience: 8"),
        ("severity: high", "severity: low"),
        ("errors\n", "failures\n"),
        ("count: 3", "count: 4"),
        ("title: Errors rose", "title: Errors"),
        ("salience: 7", "salience: 7\n    status: shadow"),
    ],
)
def test_the_version_changes_with_anything_that_matters(old, new):
    assert old in RULES

    assert loaded(SIGNALS, RULES).digest != loaded(SIGNALS, RULES.replace(old, new)).digest


def test_the_version_changes_with_a_declaration():
    longer = SIGNALS.replace("ttl: 5m", "ttl: 6m")

    assert loaded(SIGNALS, RULES).digest != loaded(longer, RULES).digest


def test_a_disabled_rule_is_checked_but_not_there():
    off = RULES.replace("salience: 7", "status: disabled")

    base = loaded(SIGNALS, off)
    assert base.rules == {}
    assert base.starts == ()
    assert not base.uses("error")
    with pytest.raises(DefinitionError):
        loaded(SIGNALS, off.replace("value > 5", "valeu > 5"))


def test_documents_of_other_kinds_are_left_to_others():
    assert loaded(SIGNALS, RULES, "interlock: machine/v1\nanything: goes\n").rules


def test_no_documents_make_an_empty_rule_base():
    base = loaded()

    assert (base.rules, base.packs, base.warnings) == ({}, (), ())
    assert not base.uses("error")


def test_of_two_documents_the_first_by_path_declares():
    with pytest.raises(DefinitionError, match=r"f1:3:3: error .*declared already at f0:3"):
        loaded(SIGNALS, SIGNALS)


def test_decimals_are_compared_exactly_in_units_of_the_field():
    signals = SIGNALS.replace("limit: int", "limit: {type: double, scale: 2}")
    rule = rulebase(
        """
  - id: decimals
    title: decimals
    when: [{signal: error, as: err, where: [limit > 0.125, limit >= 0.125]}]
    then: [{advise: "${err.limit}"}]
    why: decimals
""",
        signals,
    ).rules["decimals"]

    assert [(c.operator, c.constant) for c in rule.patterns[0].comparisons] == [
        (Operator.GT, 12),
        (Operator.GE, 13),
    ]
