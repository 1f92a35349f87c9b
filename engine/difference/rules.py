"""Rules laid side by side: does the later one fire for more, for less, or for something else?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace

from interlock.engine.difference.model import Change, Detail, What, together
from interlock.engine.difference.structure import details, flat
from interlock.engine.difference.weights import RISKS
from interlock.rules.network import Pattern, Rule
from interlock.rules.temporal.watches import Absence, Hold, TimedPattern, Watch
from interlock.rules.verify.likeness import follows, forbidden_texts, layings
from interlock.rules.verify.subject import Subject
from interlock.rules.wording import worded

_CONDITIONS = ("patterns", "negations")
_TOLD_APART = (*_CONDITIONS, "id", "stratum", "path", "line", "branch")
_PLAIN = ("alias", "kind", "type", "comparisons", "predicates", "joins", "residuals")


def rule_changes(
    before: Mapping[str, Sequence[Subject]], after: Mapping[str, Sequence[Subject]]
) -> Iterator[Change]:
    """Yield every rule that differs, by id; a rule has a subject for each branch of its ``any``."""
    for name in sorted({*before, *after}):
        old, new = before.get(name, ()), after.get(name, ())
        if not old:
            yield Change("rule", name, What.ADDED, _place(new[0]), notes=_notes(new[0]))
        elif not new:
            yield Change("rule", name, What.REMOVED, _place(old[0]))
        elif (change := _changed(old, new)) is not None:
            yield change


def _changed(old: Sequence[Subject], new: Sequence[Subject]) -> Change | None:
    first, last = old[0].rule, new[0].rule
    found = [*_conditions(old, new), *_rest(first, last)]
    if not found:
        return None
    judged = [one.what for one in found if one.key.split(".")[0] not in _NO_MATTER]
    what = together(judged) if judged else What.CHANGED
    return Change("rule", last.id, what, _place(new[0]), tuple(found))


_NO_MATTER = ("title", "owner", "severity", "runbook_url", "why", "risk")
"""What makes no difference to when a rule fires."""


def _place(subject: Subject) -> str:
    return f"{subject.rule.path}:{subject.rule.line}"


def _notes(subject: Subject) -> tuple[str, ...]:
    return ("it only watches (status: shadow)",) if subject.rule.shadow else ()


def _rest(old: Rule, new: Rule) -> Iterator[Detail]:
    """Yield what differs besides the conditions."""
    before, after = (
        {k: v for k, v in flat(one).items() if k.split(".")[0] not in _TOLD_APART}
        for one in (old, new)
    )
    for detail in details(before, after):
        match detail.key:
            case "shadow":
                acts = detail.after != "yes"
                what = What.LOOSENED if acts else What.TIGHTENED
                yield replace(detail, what=what, raises_risk=acts)
            case "risk":
                known = [RISKS.index(r) if r in RISKS else 0 for r in (detail.before, detail.after)]
                yield replace(detail, raises_risk=known[1] > known[0])
            case _:
                yield detail


def _conditions(old: Sequence[Subject], new: Sequence[Subject]) -> Iterator[Detail]:
    before, after = {s.rule.branch: s for s in old}, {s.rule.branch: s for s in new}
    for branch in dict.fromkeys([*before, *after]):
        key = f"when (branch {branch})" if branch else "when"
        if branch not in before:
            yield Detail(key, None, _listed(_said(after[branch])), What.LOOSENED)
        elif branch not in after:
            yield Detail(key, _listed(_said(before[branch])), None, What.TIGHTENED)
        elif (way := _way(before[branch], after[branch])) is not None:
            old_said, new_said = _said(before[branch]), _said(after[branch])
            yield Detail(key, _listed(old_said, new_said), _listed(new_said, old_said), way)


def _way(old: Subject, new: Subject) -> What | None:
    """Return which way the conditions of a branch went; None when they mean the same."""
    if _said(old) == _said(new) and _odd(old.rule) == _odd(new.rule):
        return None
    if _odd(old.rule) != _odd(new.rule):
        return _by_length(old, new)
    less, more = _matches_within(new, old), _matches_within(old, new)
    if less and more:
        return None
    if less:
        return What.TIGHTENED
    return What.LOOSENED if more else What.CHANGED


def _matches_within(inner: Subject, outer: Subject) -> bool:
    """Whether the outer rule certainly matches whenever the inner one does."""
    return any(
        follows(outer, inner, names) and forbidden_texts(outer, names) <= forbidden_texts(inner, {})
        for names in layings(outer, inner)
    )


def _odd(rule: Rule) -> list[dict[str, str]]:
    """Return what patterns say besides their tests, such as for how long."""
    said = [
        {
            name: text
            for one in fields(pattern)
            if one.name not in _PLAIN
            for name, text in flat(getattr(pattern, one.name), one.name).items()
        }
        for pattern in (*rule.patterns, *rule.negations)
    ]
    patterns = (*rule.patterns, *rule.negations)
    return [{**one, "type": p.type} for one, p in zip(said, patterns, strict=True) if one]


def _listed(said: Sequence[str], without: Sequence[str] = ()) -> str | None:
    """Return the conditions of one side that the other does not have."""
    return "; ".join(one for one in said if one not in without) or None


def _by_length(old: Subject, new: Subject) -> What:
    """Return which way a rule went of which only lengths of time and listed values differ."""
    if _said(old, lasting=False) != _said(new, lasting=False) or _odd_negations(old, new):
        return What.CHANGED
    steps = {
        step
        for one, other in zip(old.rule.patterns, new.rule.patterns, strict=True)
        for step in _steps(one, other)
    } - {0}
    if not steps or min(steps) < 0 < max(steps):
        return What.CHANGED
    return What.TIGHTENED if min(steps) > 0 else What.LOOSENED


def _steps(old: Pattern, new: Pattern) -> Iterator[int]:
    """Yield in which respects a pattern asks for more (above 0) or for less (below 0)."""
    was = old.watch if isinstance(old, TimedPattern) else None
    now = new.watch if isinstance(new, TimedPattern) else None
    yield _lasts(now) - _lasts(was)
    if isinstance(was, Absence) and isinstance(now, Absence):
        yield now.after_start_ms - was.after_start_ms
        before, after = ({values for _, values in one.slots()} for one in (was, now))
        yield len(before - after)
        yield -len(after - before)


def _lasts(watch: Watch | None) -> int:
    return watch.lasts_ms if isinstance(watch, Hold | Absence) else 0


def _odd_negations(*subjects: Subject) -> bool:
    return any(isinstance(p, TimedPattern) for s in subjects for p in s.rule.negations)


def _said(subject: Subject, *, lasting: bool = True) -> list[str]:
    """Return each condition in words."""
    patterns = (*subject.rule.patterns, *subject.rule.negations)
    groups = zip(patterns, (*subject.patterns, *subject.negations), strict=True)
    return [worded(p, [one.text for one in group], lasting=lasting) for p, group in groups]
