"""RV321: occurrences that are joined with no word about when they happened."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language import Diagnostic
from interlock.language.expression import reads
from interlock.language.values import Kind, format_duration
from interlock.rules.network import ElementKind
from interlock.rules.verify.subject import Statement, Subject


def unbounded_joins(subject: Subject) -> Iterator[Diagnostic]:
    """Yield every pattern of a signal that keeps all, joined to others without a time.

    A state (``keep: latest``) is as it is; of occurrences every one that still lives matches.
    """
    patterns = subject.rule.patterns
    if len(patterns) < 2:
        return
    for place, pattern in enumerate(patterns):
        declared = subject.declarations.signals.get(pattern.declared)
        if pattern.kind is not ElementKind.SIGNAL or declared is None or declared.keep_latest:
            continue
        if pattern.type != pattern.declared:
            continue  # what lasts or is counted says for how long itself
        if not any(_times(one, pattern.alias) for one in subject.statements):
            lives = format_duration(declared.ttl_ms)
            message = f"any {pattern.declared} of the last {lives} will do"
            hint = 'compare times, such as err.at - at < duration("10m")'
            where = subject.written.conditions.places[place]
            depth = len(subject.written.loc)
            yield subject.finding(where[depth:], "RV321", message, hint)


def _times(statement: Statement, alias: str) -> bool:
    """Whether a conjunct reads a time of this pattern and one of another."""
    scope, others = statement.stated.scope, set()
    for read, name in reads(statement.stated.node):
        fields = scope.bindings.get(read, {}) if read else scope.fields
        if name in fields and fields[name].type.kind is Kind.TIMESTAMP:
            others.add(read or statement.owner)
    return alias in others and len(others) > 1
