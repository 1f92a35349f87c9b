"""Who answers for a rule, until when an exception or a review counts, and what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeAlias

from interlock.language.document import Document, Loc
from interlock.server.lint.parts import (
    Part,
    actions_of,
    inherited,
    listed,
    machines_of,
    rules_of,
)

Check: TypeAlias = Callable[[Document, date], None]

_GRAVE = frozenset({"high", "critical"})


def check_owner(document: Document, _: date) -> None:
    """RV501: a rule that nobody answers for."""
    for loc, rule, head in rules_of(document):
        if not inherited("owner", rule, head):
            _report(document, (*loc, "id"), "RV501", "nobody owns this rule", "write owner: team")


def check_exceptions(document: Document, _: date) -> None:
    """RV503: an exception that nobody decided on in the open; the check says which expired."""
    for loc, rule, head in rules_of(document):
        for number, one in enumerate(listed(rule.get("except"))):
            if _is_grave(rule, head) and not one.get("ticket"):
                message = f"exception {one.get('id')} of a grave rule has no ticket"
                at: Loc = (*loc, "except", number, "id")
                _report(document, at, "RV503", message, "say where it was decided")


def check_runbook(document: Document, _: date) -> None:
    """RV504: a grave rule or machine without a page for people."""
    for loc, part, head in [*rules_of(document), *machines_of(document)]:
        severity = inherited("severity", part, head)
        if severity in _GRAVE and not inherited("runbook_url", part, head):
            message = f"severity is {severity} and there is no runbook_url"
            _report(
                document, (*loc, "id"), "RV504", message, "write what people are to do, and where"
            )


def check_why(document: Document, _: date) -> None:
    """RV505: an explanation that is the same whatever happened."""
    for loc, rule, _head in rules_of(document):
        if "${" not in str(rule.get("why", "")):
            message = "why names nothing of what happened"
            _report(document, (*loc, "why"), "RV505", message, "name a field, as in ${err.service}")


def check_review(document: Document, today: date) -> None:
    """RV511: a day of review that is over."""
    for loc, part in _parts(document):
        day = _day(part.get("review_by"))
        if day is not None and day < today:
            message = f"was to be reviewed by {day}"
            _report(
                document, (*loc, "review_by"), "RV511", message, "review it and set the next day"
            )


def _parts(document: Document) -> Iterator[tuple[Loc, Part]]:
    """Yield the document itself and the rules and actions in it."""
    data = document.data
    if not isinstance(data, Mapping):
        return
    yield (), data
    for loc, rule, _ in rules_of(document):
        yield loc, rule
    for loc, _, action in actions_of(document):
        yield loc, action


def _is_grave(rule: Part, head: Part) -> bool:
    return inherited("risk", rule, head) == "high" or inherited("severity", rule, head) in _GRAVE


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _report(document: Document, loc: Loc, code: str, message: str, hint: str | None) -> None:
    document.report(loc, code, message, hint, warning=True)


CHECKS: tuple[Check, ...] = (
    check_owner,
    check_exceptions,
    check_runbook,
    check_why,
    check_review,
)
"""All of them, in the order of their codes."""
