"""A signal on its way into working memory and back out of it."""

from __future__ import annotations

from interlock.language.implicit import IMPLICIT_SIGNAL_FIELDS
from interlock.language.values import Value
from interlock.rules.elements import Element
from interlock.rules.model import SignalElement


def signal_of(element: Element) -> SignalElement:
    """Return a live signal as it was taken in."""
    row = element.row
    return SignalElement(
        id=str(row["id"]),
        source=str(row["source"]),
        name=element.type,
        subject=str(row["subject"]),
        severity=str(row["severity"]),
        status=str(row["status"]),
        at=element.seen_at,
        fields=element.fields,
    )


def readable(signal: SignalElement) -> dict[str, Value]:
    """Return every name a rule may read of a signal with its value."""
    sent_id, source, name, subject, severity, status, at, fields = signal
    return {
        **fields,
        "at": at,
        "name": name,
        "source": source,
        "subject": subject,
        "severity": severity,
        "status": status,
        "id": sent_id,
    }


def says_the_same(old: Element, signal: SignalElement) -> bool:
    """Return whether a signal has nothing new: what it is about, from whom, how bad, its fields."""
    row = old.row
    return (
        len(row) == len(signal.fields) + len(IMPLICIT_SIGNAL_FIELDS)
        and all(name in row and row[name] == value for name, value in signal.fields.items())
        and row["source"] == signal.source
        and row["subject"] == signal.subject
        and row["severity"] == signal.severity
    )
