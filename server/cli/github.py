"""Findings as workflow commands, which GitHub shows beside the changed lines.

Guarantees: one finding is one line, and nothing an author wrote can end it, begin another
command, or reorder what is read.

Source: GitHub, workflow commands; actions/toolkit, ``command.ts`` (``escapeData``,
``escapeProperty``): columns may only be given for one line.
"""

from __future__ import annotations

from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.harmless import harmless


def command(one: Diagnostic) -> str:
    """Return a finding as a workflow command."""
    span = one.span
    place = {"file": one.path, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        place |= {"col": span.col, "endColumn": max(span.col, span.end_col - 1)}
    properties = {**place, "title": one.code}
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    hint = f" ({one.hint})" if one.hint else ""
    return f"::{one.severity} {said}::{_text(one.message + hint)}"


def _text(text: str) -> str:
    return harmless(text).replace("%", "%25")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
