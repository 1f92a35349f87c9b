"""The version of a rule base covers what it means, and no word that it does not use."""

from __future__ import annotations

from dataclasses import dataclass, field

from interlock.language import load_documents
from interlock.rules.load import load_rulebase
from interlock.rules.network import UNLESS_USED
from interlock.rules.version import rulebase_digest

DOCUMENTS = """\
interlock: signals/v1
signals:
  error: {key: [service], correlate: [service], ttl: 5m, fields: {service: string, value: double}}
facts:
  suspect: {key: [service], ttl: 1h, fields: {service: string}}
---
interlock: rules/v1
package: shop
rules:
  - id: suspect
    title: Something is wrong
    when:
      - {signal: error, as: err, where: [value > 0.05, 'service in ["web", "db"]']}
      - {not: {fact: suspect, where: service == err.service}}
    then: [{advise: "${err.service} at ${percent(err.value)}"}]
    why: ${err.service} has errors
"""
VERSION = "8dfe38ffb3e5d498ca0199ba23cb94c56f185625f1ddb88b629eaccfd9b8c9fa"
"""The version of these rules as it was before the language had words that need not be used."""


@dataclass(frozen=True)
class Before:
    """A compiled thing of a language without a word."""

    title: str


@dataclass(frozen=True)
class After:
    """The same in a language that has the word."""

    title: str
    word: str | None = field(default=None, metadata=UNLESS_USED)
    words: tuple[str, ...] = field(default_factory=tuple, metadata=UNLESS_USED)
    note: str = field(default="", compare=False)


After.__name__ = "Before"


def digest(thing: object) -> str:
    return rulebase_digest({"x": thing}, {}, [])


def test_a_rule_base_of_before_has_the_version_it_had():
    assert load_rulebase(load_documents(DOCUMENTS, "shop")).digest == VERSION


def test_a_word_that_is_not_used_takes_no_part_in_the_version():
    assert digest(After("a")) == digest(Before("a"))


def test_a_word_that_is_used_does():
    assert len({digest(After("a", word)) for word in (None, "", "b")}) == 3
    assert digest(After("a", words=("b",))) != digest(After("a"))


def test_what_takes_no_part_in_equality_takes_none_in_the_version():
    assert digest(After("a", note="b")) == digest(After("a"))
