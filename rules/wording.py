"""A condition in one line of words, as its author would say it."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.language.values import format_duration
from interlock.rules.network import Pattern
from interlock.rules.temporal.watches import Absence, Count, Hold, TimedPattern


def worded(pattern: Pattern, texts: Sequence[str], *, lasting: bool = True) -> str:
    """Return a pattern in words, e.g. ``signal error as e where value > 5 for 2m``.

    Args:
        pattern: what is asked for; a negation has no alias.
        texts: its conjuncts.
        lasting: whether to say for how long it must last.
    """
    watch = pattern.watch if isinstance(pattern, TimedPattern) else None
    name = f"{pattern.kind.value} {pattern.declared}"
    if isinstance(watch, Absence):
        return _missed(watch, pattern.alias, lasting=lasting)
    if isinstance(watch, Count):
        name = _counted(watch)
    name = f"{name} as {pattern.alias}" if pattern.alias else f"no {name}"
    said = f"{name} where {' && '.join(texts)}" if texts else name
    if isinstance(watch, Hold) and lasting:
        said += _lasting(watch)
    return said


def _lasting(watch: Hold) -> str:
    said = "".join(
        f" without {worded(answer.pattern, _texts(answer.pattern)).removeprefix('no ')}"
        f" within {format_duration(answer.within_ms)}"
        for answer in watch.answers
    )
    is_longer = all(answer.within_ms < watch.lasts_ms for answer in watch.answers)
    return f" for {format_duration(watch.lasts_ms)}{said}" if is_longer else said


def _missed(watch: Absence, alias: str, *, lasting: bool) -> str:
    """Return an absence in words; without lengths also without what is listed."""
    said = f"no {watch.subject}{_which(watch)} by {', '.join(watch.key)} as {alias}"
    if not lasting:
        return said
    listed = " && ".join(test.text for test in watch.listed)
    start = f" after {format_duration(watch.after_start_ms)}" if watch.after_start_ms else ""
    return f"{said} where {listed} for {format_duration(watch.lasts_ms)}{start}"


def _texts(pattern: Pattern) -> list[str]:
    tests = (pattern.comparisons, pattern.predicates, pattern.joins, pattern.residuals)
    return [test.text for group in tests for test in group]


def _counted(watch: Count) -> str:
    distinct = f" distinct {watch.distinct}" if watch.distinct else ""
    apart = f" by {', '.join(watch.group)}" if watch.group else ""
    over = format_duration(watch.over_ms)
    return f"count of {watch.subject}{_which(watch)}{distinct}{apart} over {over}"


def _which(watch: Count | Absence) -> str:
    """Return the tests of what is counted or listened for."""
    tests = [test.text for test in watch.comparisons]
    tests += [test.text for test in watch.predicates]
    return f" with {' && '.join(tests)}" if tests else ""
