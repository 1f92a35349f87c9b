"""Two bundles laid side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.engine.difference.model import Change, What, together
from interlock.engine.difference.rules import rule_changes
from interlock.engine.difference.structure import details, flat
from interlock.engine.difference.weights import weighed
from interlock.engine.verify.whole import Whole
from interlock.rules.verify import Subject


def differences(before: Whole, after: Whole) -> list[Change]:
    """Return every definition that differs: declarations, rules, machines, actions, targets."""
    old, new = before, after
    return [
        *_changes("signal", old.rulebase.signal_types, new.rulebase.signal_types),
        *_changes("fact", old.rulebase.fact_types, new.rulebase.fact_types),
        *rule_changes(_by_rule(old.subjects), _by_rule(new.subjects)),
        *_changes("machine", old.machinebase.machines, new.machinebase.machines),
        *_changes("action", old.machinebase.actions, new.machinebase.actions),
        *_changes("target", old.machinebase.inventory.targets, new.machinebase.inventory.targets),
    ]


def _by_rule(subjects: Sequence[Subject]) -> Mapping[str, Sequence[Subject]]:
    found: dict[str, list[Subject]] = {}
    for subject in subjects:
        found.setdefault(subject.rule.id, []).append(subject)
    return found


def _changes(
    kind: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield Change(kind, name, What.ADDED)
        elif name not in after:
            yield Change(kind, name, What.REMOVED)
        elif (change := _changed(kind, name, flat(before[name]), flat(after[name]))) is not None:
            yield change


def _changed(
    kind: str, name: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Change | None:
    found = tuple(weighed(one) for one in details(before, after))
    if not found:
        return None
    notes: tuple[str, ...] = ()
    if "version" in after and before.get("version") == after["version"]:
        notes = (f"its version is still {after['version']}",)
    judged = [one.what for one in found if one.key not in ("version", "doc", "title")]
    return Change(kind, name, together(judged or [What.CHANGED]), "", found, notes)
