"""What the loader finds about ``absent``."""

from __future__ import annotations

import pytest

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.language.params import read_parameters
from interlock.rules.load import load_rulebase
from interlock.rules.temporal.absent import MOST_WATCHED
from tests.unit.rules.given import findings

SIGNALS = """\
interlock: signals/v1
signals:
  beat:
    key: [service, shard]
    correlate: [service]
    ttl: 5m
    fields:
      service: {type: string, pattern: "[a-z]+"}
      shard: {type: int, min: 0, max: 9}
      mode: {type: string, enum: [on, off]}
      note: {type: string, optional: true}
      since: timestamp
  odd:
    key: [since, many, share, source]
    ttl: 5m
    fields: {since: timestamp, many: list<string>, share: double}
  deploy: {keep: all, key: [service], ttl: 1h, fields: {service: string}}
facts:
  blamed: {key: [service], fields: {service: string}}
"""
RULE = """\
interlock: rules/v1
rules:
  - id: silent
    title: nobody hears of it
    when:
      - {signal: deploy, as: dep}
      - absent:
          signal: beat
          key: {service: [web, shop], shard: 1}
          where: mode == "on"
          for: 3m
          after_start: 5m
        as: gap
    then: [{advise: look}]
    why: ${dep.service} ${gap.service} ${gap.shard} ${gap.since}
"""
UNJOINED = (
    (
        "r:7:9: warning [RV320] 'gap' is joined to nothing before it by =="
        " (add a condition such as service == err.service)"
    ),
    (
        "r:7:9: warning [RV324] joins across correlation keys: gap.service is not equated with"
        " dep.subject (declare `correlate` of deploy)"
    ),
)


def found(old: str, new: str) -> list[str]:
    assert old in RULE
    return findings(RULE.replace(old, new), signals=SIGNALS)


def test_a_good_rule_has_no_errors():
    assert tuple(findings(RULE, signals=SIGNALS)) == UNJOINED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "signal: beat",
            "signal: baet",
            "r:8:19: error [RV210] undeclared signal 'baet' (did you mean 'beat'?)",
            id="no such signal",
        ),
        pytest.param(
            "          key: {service: [web, shop], shard: 1}\n",
            "",
            "r:8:11: error [RV111] missing key 'key'",
            id="no key",
        ),
        pytest.param(
            "{service: [web, shop], shard: 1}",
            "{}",
            "r:9:16: error [RV110] expected 1 or more in 'key', found 0",
            id="no field",
        ),
        pytest.param(
            "          for: 3m\n", "", "r:8:11: error [RV111] missing key 'for'", id="no length"
        ),
        pytest.param(
            "for: 3m",
            "for: 0s",
            "r:11:16: error [RV110] value should be greater than 0",
            id="no time at all",
        ),
        pytest.param(
            "for: 3m",
            "for: 3",
            "r:11:16: error [RV120] expected a duration such as 5m (write 3s)",
            id="no duration",
        ),
        pytest.param(
            "        as: gap\n", "", "r:7:9: error [RV111] missing key 'as'", id="no alias"
        ),
        pytest.param(
            "for: 3m",
            "for: 3m\n          after: 3m",
            "r:12:11: error [RV112] unknown key 'after' (did you mean 'after_start'?)",
            id="no such word",
        ),
        pytest.param(
            "shard: 1}",
            "shrad: 1}",
            "r:9:39: error [RV201] 'shrad' is not in the key of 'beat': service, shard"
            " (did you mean 'shard'?)",
            id="no such field",
        ),
        pytest.param(
            "shard: 1}",
            "mode: on}",
            "r:9:39: error [RV328] 'mode' is not in the key of 'beat': service, shard",
            id="a field that is no part of the key",
        ),
        pytest.param(
            "[web, shop]",
            "[]",
            "r:9:26: error [RV328] an empty list watches for nothing (list a value)",
            id="no values",
        ),
        pytest.param(
            "[web, shop]",
            "[web, 3]",
            "r:9:32: error [RV202] expected string, found 3; quote it",
            id="a value of another type",
        ),
        pytest.param(
            "shard: 1}",
            'shard: "1"}',
            "r:9:47: error [RV202] expected int, found text '1'; write it without quotes",
            id="a quoted number",
        ),
        pytest.param(
            "shard: 1}",
            "shard: 12}",
            "r:9:46: error [RV205] expected at most 9, found 12",
            id="a value out of range",
        ),
        pytest.param(
            "shard: 1}",
            'shard: "${10 + 2}"}',
            "r:9:46: error [RV205] expected at most 9, found 12",
            id="a computed value out of range",
        ),
        pytest.param(
            "shard: 1}",
            'shard: "${1 / 0}"}',
            "r:9:46: error [RV205] cannot be worked out (write the value itself)",
            id="a value nobody knows",
        ),
        pytest.param(
            "[web, shop]",
            '"${dep.service}"',
            "r:9:26: error [RV328] what is watched for is known beforehand, and this reads dep"
            " (write the values, or a parameter)",
            id="another element's value",
        ),
        pytest.param(
            "[web, shop]",
            '"${"',
            "r:9:27: error [RE100] '${' has no closing '}'",
            id="no template",
        ),
        pytest.param(
            "[web, shop]",
            "{a: b}",
            "r:9:26: error [RV202] expected string, found a mapping",
            id="a mapping",
        ),
        pytest.param(
            'mode == "on"',
            "service == dep.service",
            "r:10:18: error [RV328] what is absent is told by its own fields, and this reads dep"
            " (list values under key, and equate them in the where of the other)",
            id="a test of another element",
        ),
        pytest.param(
            'mode == "on"',
            'mode == "no"',
            "r:10:26: error [RV206] 'no' is never a value of 'mode' (one of on, off)",
            id="a test of the signal itself",
        ),
        pytest.param(
            "after_start: 5m",
            "after_start: 3m",
            "r:12:24: warning [RV329] says nothing beside for: 3m, which is no shorter"
            " (leave it out)",
            id="a warm-up of no account",
        ),
        pytest.param(
            "as: gap",
            "as: gap\n      - not: {signal: deploy, where: service == gap.service, within: 5m}",
            "r:14:70: error [RV327] within counts from the one signal or fact that where reads,"
            " and it reads gap (equate a field with one, such as service == deploy.service)",
            id="a wait that begins with nothing",
        ),
        pytest.param(
            "${gap.shard}",
            "${gap.mode}",
            "r:15:46: error [RV201] 'gap' has no field 'mode'"
            " (its fields are service, shard, since)",
            id="a field nobody knows of what is not there",
        ),
        pytest.param(
            "signal: deploy, as: dep",
            "signal: deploy, as: shard",
            "r:6:30: error [RV214] 'shard' is also a field of what this rule binds"
            " (choose another name)",
            id="an alias like a field",
        ),
    ],
)
def test_a_fault_is_told_where_it_is(old: str, new: str, message: str):
    told = [one for one in found(old, new) if one not in UNJOINED]

    assert [one for one in told if "unknown name 'dep' (" not in one] == [message]


def odd(key: str) -> list[str]:
    rule = RULE.replace("signal: beat", "signal: odd").replace(
        '          where: mode == "on"\n', ""
    )
    rule = rule.replace("{service: [web, shop], shard: 1}", key)
    rule = rule[: rule.index("    why:")] + "    why: ${dep.service} ${gap.source}\n"
    return [one for one in findings(rule, signals=SIGNALS) if "error" in one]


def test_values_of_every_type_are_listed():
    assert odd("{share: [0.5, 1], source: prober}") == []
    assert odd('{source: "prober-${1 + 1}"}') == []


def test_a_field_called_since_cannot_be_watched_for():
    assert odd("{since: 2026-01-01T00:00:00Z, source: x}") == [
        (
            "r:12:13: error [RV214] what is absent has a field 'since', and this has one already"
            " (name the field otherwise)"
        )
    ]


def test_a_list_is_no_value_to_watch_for():
    assert odd("{many: [a, b], source: x}") == [
        "r:9:17: error [RV328] 'many' is a list, and no value that is watched for (leave it out)"
    ]


def test_more_combinations_than_are_watched_for_are_refused():
    names = ", ".join(_name(n) for n in range(101))
    shards = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"

    assert 1_010 > MOST_WATCHED
    told = found("{service: [web, shop], shard: 1}", f"{{service: [{names}], shard: {shards}}}")
    assert "r:9:16: error [RV328] 1,010 combinations are watched for, 1,000 is the most" in told[0]


def _name(number: int) -> str:
    return chr(97 + number // 26) + chr(97 + number % 26)


PARAMS = """\
interlock: params/v1
params:
  tier: {type: list<string>, default: [web]}
  one: {type: string, default: WEB}
"""


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ('{service: "${params.tier}"}', None),
        ('{service: ["${params.one}"]}', "r:9:26: error [RV205] expected"),
        ('{shard: "${params.tier}"}', "r:9:27: error [RV202] expected list<int>"),
        ('{service: "${params.tiers}"}', "r:9:36: error [RV201] unknown parameter 'tiers'"),
    ],
)
def test_what_a_parameter_lists_is_judged_where_it_is_read(key: str, message: str | None):
    rule = RULE.replace("{service: [web, shop], shard: 1}", key)
    rule = rule[: rule.index("    why:")] + "    why: ${dep.service} ${gap.since}\n"
    documents = [
        *load_documents(SIGNALS, "s"),
        *load_documents(rule, "r"),
        *load_documents(PARAMS, "p"),
    ]
    try:
        load_rulebase(documents, read_parameters(documents).parameters)
        errors = []
    except DefinitionError as refused:
        errors = [str(one) for one in refused.diagnostics if one.severity == "error"]

    assert len(errors) == (message is not None)
    assert all(one.startswith(str(message)) for one in errors)
