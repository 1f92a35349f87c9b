"""Findings as SARIF, which code scanning services keep, compare and show.

Guarantees: a SARIF 2.1.0 log with one run, which the standard's JSON schema accepts; the place of
every result is a percent-encoded URI and a region counted in code points, as our columns are, and
in lines that end where ours do.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (the numbers in brackets).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from interlock import __version__
from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.harmless import harmless
from interlock.server.code_pages import code_pages

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
"""What relative paths start from; whoever reads the log knows where that is [3.14.14]."""

NEWLINES = ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029")
"""Where lines end, longest first: where YAML ends them, and not only at LF [3.14.17]."""

Json = Mapping[str, object]


def log(found: Sequence[Diagnostic]) -> Json:
    """Return findings as a log."""
    codes = sorted({one.code for one in found})
    driver = {
        "name": "interlock",
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": NEWLINES,
        "results": list(_results(found, codes)),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> Json:
    page = code_pages().get(code)
    if page is None:
        return {"id": code}
    help_ = {"text": page.text, "markdown": page.markdown}
    return {"id": code, "shortDescription": {"text": page.summary}, "help": help_}


def _results(found: Iterable[Diagnostic], codes: list[str]) -> Iterable[Json]:
    for one in found:
        hint = f" ({one.hint})" if one.hint else ""
        yield {
            "ruleId": one.code,
            "ruleIndex": codes.index(one.code),
            "level": one.severity,
            "message": {"text": _text(one.message + hint)},
            "locations": [{"physicalLocation": _place(one)}],
        }


def _place(one: Diagnostic) -> Json:
    span = one.span
    region = {
        "startLine": span.line,
        "startColumn": span.col,
        "endLine": span.end_line,
        "endColumn": span.end_col,
    }
    return {"artifactLocation": _artifact(one.path), "region": region}


def _artifact(path: str) -> Json:
    uri = quote(path.encode(errors="surrogateescape"))
    if Path(path).is_absolute():
        return {"uri": f"file://{uri}"}
    # A first segment with a colon would be read as a scheme, but quote() escapes colons.
    return {"uri": uri, "uriBaseId": ROOT}


def _text(text: str) -> str:
    """Return a message without links [3.11.6], its braces no placeholders [3.11.5]."""
    return re.sub(r"[{}]", lambda brace: brace[0] * 2, harmless(text).replace("](", "] ("))
