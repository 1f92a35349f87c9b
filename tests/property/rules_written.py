"""Naive rules as an author would write them: documents, loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from interlock.language import Document, load_documents
from interlock.rules.load import load_rulebase
from interlock.rules.rulebase import RuleBase
from tests.oracle.forms import (
    Ask,
    Const,
    Excepted,
    Give,
    Has,
    HasOther,
    Link,
    LinkRatio,
    Ratio,
    Sum,
    Test,
)
from tests.oracle.naive import NaiveRule
from tests.property.rules_universe import SIGNALS, TODAY


def loaded(some: Sequence[NaiveRule]) -> RuleBase:
    """Return the rules as they load from YAML."""
    return load_rulebase(documents_of(some))


def documents_of(some: Sequence[NaiveRule]) -> list[Document]:
    """Return the rules as YAML documents, with what they speak of."""
    grouped = [list(group) for _, group in groupby(some, key=lambda rule: rule.id)]
    written = {"interlock": "rules/v1", "rules": [_written(group) for group in grouped]}
    documents = load_documents(SIGNALS, "signals.yaml")
    return documents + load_documents(json.dumps(written), "rules.yaml")


def _written(branches: Sequence[NaiveRule]) -> dict[str, object]:
    rule = branches[0]
    ways = [_conditions(branch) for branch in branches]
    when = ways[0] if len(ways) == 1 else [{"any": ways}]
    then: list[object] = [
        {"assert": fact, "set": {name: _value(give) for name, give in values}}
        for fact, values in rule.asserts
    ]
    if rule.start:
        then.append({"start": rule.start[0], "incident": _value(rule.start[1])})
    return {
        "id": rule.id,
        "title": "a random rule",
        "when": when,
        "then": then or [{"advise": "somebody looks"}],
        "why": "because",
        "salience": rule.salience,
        "status": "shadow" if rule.shadow else "active",
        **({"exclusive": rule.exclusive} if rule.exclusive else {}),
        **({"once_per": [_text_of(one) for one in rule.once_per]} if rule.once_per else {}),
        **({"cooldown": f"{rule.cooldown}ms"} if rule.cooldown else {}),
        **({"except": [_excepted(one) for one in rule.excepts]} if rule.excepts else {}),
    }


def _text_of(give: Give) -> str:
    return f"{give.alias}.{give.field}" if give.alias else str(give.plus)


def _excepted(one: Excepted) -> dict[str, object]:
    return {
        "id": one.id,
        "on": one.alias,
        "where": [_text(test) for test in one.tests],
        "reason": "it is known",
        "expires": "1970-01-01" if one.expires == TODAY else "1970-01-02",
    }


def _conditions(rule: NaiveRule) -> list[object]:
    when: list[object] = [_condition(ask) for ask in rule.asks]
    when += [
        {"not": {**_pattern(answer), "within": f"{within}ms"}}
        for ask in rule.asks
        for answer, within in ask.answers
    ]
    return when + [{"not": _pattern(ask)} for ask in rule.nots]


def _condition(ask: Ask) -> dict[str, object]:
    if ask.listed:
        lasts, after = ask.missed
        start = {"after_start": f"{after}ms"} if after else {}
        key = {"k": list(ask.listed) if len(ask.listed) > 1 else ask.listed[0]}
        missed = {**_pattern(ask), "key": key, "for": f"{lasts}ms", **start}
        return {"absent": missed, "as": ask.alias}
    if ask.over is None:
        lasts = {"for": f"{ask.lasts}ms"} if ask.lasts else {}
        return {**_pattern(ask), "as": ask.alias, **lasts}
    distinct = {"distinct": ask.distinct} if ask.distinct else {}
    return {
        "count": {**_pattern(ask), "over": f"{ask.over}ms", **distinct},
        "as": ask.alias,
        "where": f"{ask.alias} {ask.number.op} {ask.number.value}",
    }


def _pattern(ask: Ask) -> dict[str, object]:
    return {ask.kind: ask.type, "where": [_text(test) for test in ask.tests]}


def _text(test: Test) -> str:
    match test:
        case Const(field, op, value):
            return f"{field} {op} {json.dumps(list(value) if op == 'in' else value)}"
        case Has(field):
            return f"has({field})"
        case HasOther(alias, field):
            return f"has({alias}.{field})"
        case Ratio():
            return f"{test.field} / {test.other} {test.op} {test.value}"
        case Link():
            return f"{test.field} {test.op} {test.alias}.{test.other}"
        case Sum() | LinkRatio():
            sign = "+" if isinstance(test, Sum) else "/"
            return f"{test.field} {sign} {test.alias}.{test.other} {test.op} {test.value}"


def _value(give: Give) -> object:
    if not give.alias:
        return give.plus
    plus = f" + {give.plus}" if give.plus else ""
    if give.field == "count":
        return "${" + give.alias + plus + "}"
    return "${" + f"{give.alias}.{give.field}{plus}" + "}"
