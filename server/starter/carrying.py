"""Alert rules become signals, rules and scenarios; what cannot be carried is told.

Prometheus goes on to evaluate: an alert it sends is a signal named after it, whose labels are
and annotations are fields, and a rule tells people what the annotation says.  The annotation comes
expanded, so its ``{{ … }}`` are no concern.  Starting a machine is the author's next step.
An alert that always fires says by its absence that Prometheus does not work; its rule listens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from interlock.language import FieldName, Identifier, SignalName
from interlock.language.implicit import IMPLICIT_SIGNAL_FIELDS
from interlock.server.starter.prometheus import AlertFile, AlertRule
from interlock.server.starter.quoting import comment, quoted

FINGERPRINT = "fingerprint"
"""The value by which an alert is told from another of its name."""

Check = Callable[[str], object]
"""Raises ValidationError for what is no such name."""

_FIELD: Check = TypeAdapter[str](FieldName).validate_python
_IDENTIFIER: Check = TypeAdapter[str](Identifier).validate_python
_SIGNAL: Check = TypeAdapter[str](SignalName).validate_python

_MODELINE = "# yaml-language-server: $schema=../schemas/interlock.schema.json"

_SEVERITIES: Mapping[str, str] = {
    "critical": "critical",
    "page": "critical",
    "error": "high",
    "high": "high",
    "warning": "medium",
    "medium": "medium",
    "low": "low",
    "info": "info",
}
_SENT = frozenset({"info", "warning", "error", "critical"})
"""The severities a signal may have; others stay a label."""

_LABEL = re.compile(r"(?:\$(?:labels|externalLabels)|\.Labels)\.([A-Za-z_]\w*)")
"""A label that a text of Prometheus reads."""

LONGEST = 1_000
"""Characters of a text that is shown; what is longer is cut."""

_NO_TEXTS = frozenset({"true", "false", "null"})
"""What YAML reads as something else than a text."""

_ALWAYS = re.compile(r"\s*vector\(\s*1(?:\.0+)?\s*\)\s*")
"""A query that holds as long as somebody evaluates it."""

_BELIEVED = "5h"
"""Longer than Alertmanager's repeat_interval, 4h unless it is told otherwise."""

_TEXTS = ("summary", "message", "description")
"""The annotations that say what is the matter, the best first."""


@dataclass
class Rule:
    """One alert rule while it is carried."""

    alert: AlertRule
    id: str
    severity: str
    notes: list[str] = field(default_factory=list)
    is_beat: bool = False
    """Whether it always fires, so that its absence is what matters."""


@dataclass(frozen=True)
class Translation:
    """What became of a file.

    Attributes:
        files: name to text; none when nothing was carried.
        rules: what was carried, in order, each with what of it was not.
        left_out: what was not carried at all.
    """

    files: Mapping[str, str]
    rules: Sequence[Rule]
    left_out: Sequence[str]


def translate(found: AlertFile, package: str) -> Translation:
    """Return documents that make a sound bundle.

    Args:
        found: the alerts.
        package: the package of the documents.
    """
    left_out = list(found.left_out)
    rules: list[Rule] = []
    for alert in found.alerts:
        severity = alert.labels.get("severity", "").lower()
        if not _is(_SIGNAL, alert.name):
            left_out.append(f"alert {alert.name!r}: a signal cannot be called so; rename the alert")
        elif any((r.alert.name, r.severity) == (alert.name, severity) for r in rules):
            left_out.append(
                f"alert {alert.name!r}: another of that name and severity stands for it"
            )
        else:
            rules.append(Rule(alert, _id(alert, rules), severity))
    if not rules:
        return Translation({}, rules, left_out)
    for rule in rules:
        alone = sum(one.alert.name == rule.alert.name for one in rules) == 1
        rule.is_beat = alone and _ALWAYS.fullmatch(rule.alert.expr) is not None
    fields = {rule.alert.name: _fields(rule.alert.name, rules) for rule in rules}
    texts = {
        "bundle/signals.yaml": _signals(package, rules, fields),
        "bundle/rules.yaml": _rules(package, rules, fields),
        "tests/alerts.test.yaml": _tests(rules, fields),
    }
    return Translation(texts, rules, left_out)


def _id(alert: AlertRule, before: Sequence[Rule]) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", alert.name).lower()
    name = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:60]
    is_id = _is(_IDENTIFIER, name) and name not in _NO_TEXTS
    name = name if is_id else f"alert-{name}".strip("-")
    taken = {rule.id for rule in before}
    severity = alert.labels.get("severity", "").lower()
    if name in taken and _is(_IDENTIFIER, f"{name}-{severity}"):
        name = f"{name}-{severity}"
    number = next(
        n for n in range(1, len(taken) + 2) if (f"{name}-{n}" if n > 1 else name) not in taken
    )
    return f"{name}-{number}" if number > 1 else name


def _fields(name: str, rules: Sequence[Rule]) -> list[str]:
    """Return the labels of all alerts of a name that can be fields, in order."""
    found: dict[str, None] = {}
    for rule in rules:
        if rule.alert.name == name:
            for label in _labels(rule.alert):
                if label in ("severity", "alertname"):
                    continue  # the signal has them as its severity and its name
                if label in {*IMPLICIT_SIGNAL_FIELDS, FINGERPRINT} or not _is(_FIELD, label):
                    rule.notes.append(f"label or annotation {label!r} cannot be a field")
                else:
                    found[label] = None
    return list(found)


def _labels(alert: AlertRule) -> dict[str, None]:
    """Return what an alert brings: its labels, those its texts read, and its annotations."""
    read = [name for text in alert.annotations.values() for name in _LABEL.findall(text)]
    return dict.fromkeys([*alert.labels, *read, *alert.annotations])


def _signals(package: str, rules: Sequence[Rule], fields: Mapping[str, Sequence[str]]) -> str:
    lines = [_MODELINE, "interlock: signals/v1", f"package: {package}", "", "signals:"]
    for name, labels in fields.items():
        first = next(rule for rule in rules if rule.alert.name == name)
        doc, key = _said(first.alert), "source" if first.is_beat else FINGERPRINT
        lines += [
            f"  {quoted(name)}:",
            f"    doc: {quoted(doc)}",
            "    keep: latest",
            f"    key: [{key}]",
            "    # Longer than Alertmanager's repeat_interval, 4h unless it is told otherwise.",
            f"    ttl: {_BELIEVED}",
            "    fields:",
            f"      {FINGERPRINT}: string",
            *(f"      {label}: {{type: string, optional: true}}" for label in labels),
        ]
    return "\n".join(lines) + "\n"


def _rules(package: str, rules: Sequence[Rule], fields: Mapping[str, Sequence[str]]) -> str:
    lines = [_MODELINE, "interlock: rules/v1", f"package: {package}", "", "rules:"]
    for rule in rules:
        lines += _rule(rule, fields[rule.alert.name], rules)
    return "\n".join(lines) + "\n"


def _rule(rule: Rule, declared: Sequence[str], rules: Sequence[Rule]) -> list[str]:
    alert, severity = rule.alert, _SEVERITIES.get(rule.severity)
    rule.notes += [f"key {key!r} is none of Prometheus'" for key in alert.strange]
    if rule.severity and severity is None:
        rule.notes.append(f"severity {rule.severity!r} is none of a rule's")
    lines = [*_origin(rule), f"  - id: {rule.id}", f"    title: {quoted(alert.name)}"]
    lines += [f"    severity: {severity}"] if severity else []
    url = alert.annotations.get("runbook_url", "")
    if url.startswith(("http://", "https://")) and "{{" not in url:
        lines.append(f"    runbook_url: {quoted(url)}")
    if rule.is_beat:
        return [*lines, *_missed(alert)]
    lines += ["    when:", f"      - signal: {quoted(alert.name)}", "        as: alert"]
    if sum(one.alert.name == alert.name for one in rules) > 1:
        lines.append(f"        where: {quoted(f'severity == {quoted(_sent(rule))}')}")
    why = f"{alert.name} is firing for ${{alert.subject}}"
    return [
        *lines,
        "    then:",
        f"      - advise: {quoted(_advice(rule.alert, why, declared))}",
        f"    why: {quoted(why)}",
    ]


def _missed(alert: AlertRule) -> list[str]:
    """Return the conditions and consequences of an alert that always fires."""
    said = quoted(f"{alert.name} came no more: Prometheus or Alertmanager does not work")
    return [
        "    when:",
        "      # It fires as long as Prometheus works.  Give it a route with a short",
        "      # repeat_interval, and write a `for` a little longer; `source` is its door.",
        "      - absent:",
        f"          signal: {quoted(alert.name)}",
        "          key: {source: alertmanager}",
        f"          for: {_BELIEVED}",
        "        as: _gap",
        "    then:",
        f"      - advise: {said}",
        f"    why: {said}",
    ]


def _origin(rule: Rule) -> list[str]:
    """Return the comment that says what stays with Prometheus and what was not carried."""
    lines = ["", *comment(f"Group {rule.alert.group}. Prometheus goes on to evaluate:", "  # ")]
    lines += comment(rule.alert.expr.strip(), "  #   ")
    lines += comment(f"for {rule.alert.waits}", "  #   ") if rule.alert.waits else []
    return lines + [line for one in rule.notes for line in comment(f"Not carried: {one}", "  # ")]


def _advice(alert: AlertRule, why: str, declared: Sequence[str]) -> str:
    """Return the best annotation that came with the alert, expanded by Prometheus."""
    texts = [name for name in _TEXTS if name in declared and name in alert.annotations]
    if not texts:
        return why
    return f"${{has(alert.{texts[0]}) ? alert.{texts[0]} : {quoted(alert.name)}}}"


def _said(alert: AlertRule) -> str:
    """Return the best annotation as its author wrote it, in one line."""
    texts = (alert.annotations[name] for name in _TEXTS if alert.annotations.get(name))
    return " ".join(next(texts, alert.name).split())[:LONGEST]


def _sent(rule: Rule) -> str:
    """Return the severity that the signal has; others stay a label."""
    return rule.severity if rule.severity in _SENT else ""


def _tests(rules: Sequence[Rule], fields: Mapping[str, Sequence[str]]) -> str:
    lines = [_MODELINE, "interlock: test/v1", "uses: ../bundle", "", "scenarios:"]
    for rule in rules:
        data = {FINGERPRINT: "f1", **dict.fromkeys(fields[rule.alert.name], "x")}
        said = ", ".join(f"{name}: {quoted(value)}" for name, value in data.items())
        given = (
            f"{{at: 0s, signal: {quoted(rule.alert.name)}, source: alertmanager, subject: web-1,"
            f" severity: {quoted(_sent(rule))}, data: {{{said}}}}}"
        )
        what = "tells when the alert comes no more" if rule.is_beat else "tells what the alert says"
        lines += [
            f"  - name: {quoted(f'{rule.id} {what}')}",
            "    given:",
            f"      - {given}",
            "    expect:",
            *([f"      - {{at: 4h59m, not_fired: {rule.id}}}"] if rule.is_beat else []),
            f"      - {{at: {_BELIEVED if rule.is_beat else '0s'}, fired: {rule.id}}}",
        ]
    return "\n".join(lines) + "\n"


def _is(checked: Check, text: str) -> bool:
    """Whether the language takes a text for such a name."""
    try:
        checked(text)
    except ValidationError:
        return False
    return True
