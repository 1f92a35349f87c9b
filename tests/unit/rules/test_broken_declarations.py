"""A declaration that cannot be read is told once, not again wherever it is used."""

from __future__ import annotations

import pytest

from interlock.errors import DefinitionError
from interlock.language.document import load_documents
from interlock.rules.load import load_rulebase

SIGNALS = """\
interlock: signals/v1
signals:
  host.load: {key: [host], ttl: 5 fortnights, fields: {host: string}}
facts:
  host.busy: {key: [host], fields: {host: string}}
"""
RULES = """\
interlock: rules/v1
owner: team-host
rules:
  - id: busy
    title: A host is busy
    when:
      - signal: host.load
        as: load
        where: host != "a"
    then:
      - assert: host.busy
        set: {host: "${load.host}"}
    why: load at ${load.host}
"""


def findings(rules: str) -> list[str]:
    documents = [*load_documents(SIGNALS, "s"), *load_documents(rules, "r")]
    with pytest.raises(DefinitionError) as refused:
        load_rulebase(documents)
    return [str(one) for one in refused.value.diagnostics]


def test_what_uses_a_broken_declaration_is_not_at_fault() -> None:
    (only,) = findings(RULES)

    assert only.startswith("s:3:33: error [RV120]")


def test_what_no_document_names_is_still_undeclared() -> None:
    """Negative control: a broken document excuses its own names alone."""
    found = findings(RULES.replace("signal: host.load", "signal: host.loads"))

    assert any("[RV210] undeclared signal 'host.loads'" in one for one in found)
