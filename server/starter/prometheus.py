"""What a file of Prometheus alert rules says, read strictly and without trusting it.

A rule file (``groups``) or a ``PrometheusRule`` of the operator (``spec.groups``).

Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.language.document import load_documents
from interlock.language.values import YamlValue
from interlock.server.inputs import InputRejected

_KNOWN = frozenset({"alert", "expr", "for", "keep_firing_for", "labels", "annotations"})


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert as Prometheus evaluates it.

    Attributes:
        group: the group's name.
        name: of the alert.
        expr: the query.
        waits: ``for``; empty when it does not say.
        labels, annotations: texts, templates among them.
        strange: keys that Prometheus does not know, sorted.
    """

    group: str
    name: str
    expr: str
    waits: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    strange: Sequence[str]


@dataclass(frozen=True, slots=True)
class AlertFile:
    """The alerts of a file, in order, and what in it is none."""

    alerts: Sequence[AlertRule]
    left_out: Sequence[str]


def read_alerts(text: str, path: str) -> AlertFile:
    """Return the alert rules of a file.

    Raises:
        InputRejected: it is not YAML, or holds no groups of rules.
    """
    alerts: list[AlertRule] = []
    left_out: list[str] = []
    found = False
    for document in load_documents(text, path):
        if document.root is None:
            raise InputRejected(f"{path} cannot be read: {document.diagnostics[0]}")
        for group, rule in _rules(document.data):
            found = True
            read = _read(group, rule)
            if isinstance(read, AlertRule):
                alerts.append(read)
            else:
                left_out.append(read)
    if not found:
        raise InputRejected(f"{path}: expected groups with rules, as Prometheus reads them")
    return AlertFile(alerts, left_out)


def _rules(data: YamlValue) -> Iterator[tuple[str, YamlValue]]:
    """Yield each rule with the name of its group."""
    spec = data.get("spec") if isinstance(data, Mapping) else None
    holder = spec if isinstance(spec, Mapping) else data
    groups = holder.get("groups") if isinstance(holder, Mapping) else None
    for group in _listed(groups):
        if isinstance(group, Mapping):
            for rule in _listed(group.get("rules")):
                yield _text(group.get("name")), rule


def _read(group: str, rule: YamlValue) -> AlertRule | str:
    """Return an alert, or what a rule is instead."""
    if not isinstance(rule, Mapping):
        return f"group {group!r}: a rule that is no mapping"
    if "record" in rule:
        return f"group {group!r}: recording rule {_text(rule['record'])!r} stays with Prometheus"
    if not isinstance(rule.get("alert"), str):
        return f"group {group!r}: a rule without a name"
    return AlertRule(
        group,
        _text(rule["alert"]),
        _text(rule.get("expr")),
        _text(rule.get("for")),
        _texts(rule.get("labels")),
        _texts(rule.get("annotations")),
        sorted(str(key) for key in rule.keys() - _KNOWN),
    )


def _listed(value: YamlValue) -> Sequence[YamlValue]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _texts(value: YamlValue) -> Mapping[str, str]:
    return {key: _text(one) for key, one in value.items()} if isinstance(value, Mapping) else {}


def _text(value: YamlValue) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
