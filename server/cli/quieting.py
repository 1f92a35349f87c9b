"""Findings without those that a comment in their file switches off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from interlock.engine.clock import SystemClock
from interlock.language.document import Reader, load_documents
from interlock.server.cli.findings import Findings
from interlock.server.lint import find_suppressions, quieted


def quiet(found: Findings, today: date, reader: Reader = load_documents) -> Findings:
    """Return findings without the warnings that are switched off on a day.

    Args:
        found: what was found.
        today: the day.
        reader: what reads the files.
    """
    at_fault = {one.path for one in found.diagnostics}
    documents = [
        document
        for path in sorted(at_fault & found.texts.keys())
        if "interlock: off" in found.texts[path]
        for document in reader(found.texts[path], path)
    ]
    left = quieted(found.diagnostics, find_suppressions(found.texts, documents), today)
    return replace(found, diagnostics=left)


def today() -> date:
    """Return the day it is, in UTC: only verbs ask."""
    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC).date()
