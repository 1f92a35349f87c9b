"""What the tests of verified rules start from: narrow declarations, and short ways to a rule."""

from __future__ import annotations

from textwrap import dedent, indent

from interlock.language import load_documents
from interlock.rules.load import load_rulebase
from interlock.rules.verify import read_subjects, verify_rules

ERROR = """\
interlock: signals/v1
signals:
  error:
    key: [service]
    correlate: [service]
    ttl: 5m
    fields:
      service: string
      ratio: {type: double, min: 0, max: 1}
      level: {type: string, enum: [low, high, top]}
      previous: {type: string, optional: true}
"""
DEPLOY_AND_FACTS = """\
  deploy:
    keep: all
    key: [service, revision]
    correlate: [service]
    ttl: 1h
    fields: {service: string, revision: string, done: timestamp}
facts:
  suspect:
    key: [service]
    ttl: 1h
    fields: {service: string, ratio: {type: double, min: 0, max: 1}}
"""
SIGNALS = ERROR + DEPLOY_AND_FACTS
HEAD = "interlock: rules/v1\nrules:\n"
START = '{start: restart, incident: "${err.service}", with: {service: "${err.service}"}}'


def rule(name: str, when: str, *, then: str = "{advise: look}", more: str = "") -> str:
    """Return a rule; ``when`` is the list of its conditions."""
    body = f"id: {name}\ntitle: A rule\nwhy: it is so\nthen: [{then}]\n"
    body += dedent(more) + "when:\n" + indent(dedent(when).strip(), "  ") + "\n"
    return "  - " + indent(body, "    ").strip() + "\n"


def where(*conditions: str) -> str:
    """Return a rule about one error with these conditions, each on a line of its own."""
    lines = "".join(f"\n    - '{one}'" for one in conditions)
    return rule("r", f"- signal: error\n  as: _err\n  where:{lines}")


def findings(*rules: str) -> list[str]:
    """Return what is found about some rules, which must be sound."""
    text = HEAD + "".join(rules)
    documents = [*load_documents(SIGNALS, "s"), *load_documents(text, "r")]
    load_rulebase(documents)
    return [str(one) for one in verify_rules(read_subjects(documents))]


def brief(*rules: str) -> list[str]:
    """Return code and message of what is found."""
    return [one.split("[", 1)[1] for one in findings(*rules)]
