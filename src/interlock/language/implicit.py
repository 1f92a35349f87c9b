"""What every signal and every fact says without declaring it: one list for both languages."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.language.values import STRING, TIMESTAMP, Field

IMPLICIT_FACT_FIELDS: Mapping[str, Field] = {
    "at": Field(TIMESTAMP),
    "name": Field(STRING),
}
"""Names every element has."""

IMPLICIT_SIGNAL_FIELDS: Mapping[str, Field] = {
    **IMPLICIT_FACT_FIELDS,
    "source": Field(STRING),
    "subject": Field(STRING),
    "severity": Field(STRING),
    "status": Field(STRING),
    "id": Field(STRING),
}
"""Names every signal has."""
