"""Findings as diagnostics of the protocol."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import as_file, files
from typing import Final

from lsprotocol import types

from interlock.language.diagnostics import Diagnostic, Span
from interlock.server.cli.findings import Findings
from interlock.server.lsp.positions import Positions

SOURCE: Final = "interlock"
"""Who says so."""

_SEVERITIES: Final = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}

_FIRST: Final = re.compile(r"already at (?P<path>.+):(?P<line>\d+)$")
_SET: Final = re.compile(r"first set at line (?P<line>\d+), column (?P<col>\d+)")


class Publisher:
    """Turns findings of one bundle into diagnostics, by name of the file."""

    def __init__(self, found: Findings, encoding: str, uri: Callable[[str], str]) -> None:
        """Take what was found.

        Args:
            found: the findings and the texts they are in.
            encoding: how the editor counts.
            uri: what it calls a file of a name.
        """
        self._found = found
        self._encoding = encoding
        self._uri = uri
        self._positions: dict[str, Positions] = {}

    def by_name(self) -> Mapping[str, list[types.Diagnostic]]:
        """Return the diagnostics of each file that was read, in order of place."""
        names = sorted(self._found.texts)
        shown: dict[str, list[types.Diagnostic]] = {name: [] for name in names}
        for one in self._found.diagnostics:
            # What stands in no file is said at the first.
            where = one.path if one.path in shown else next(iter(names), None)
            if where is not None:
                shown[where].append(self._diagnostic(one, where))
        return shown

    def _diagnostic(self, one: Diagnostic, name: str) -> types.Diagnostic:
        page = page_of(one.code)
        return types.Diagnostic(
            range=self._range(name, one.span),
            severity=_SEVERITIES[one.severity],
            code=one.code,
            code_description=types.CodeDescription(page) if page else None,
            source=SOURCE,
            message=f"{one.message} ({one.hint})" if one.hint else one.message,
            related_information=[*self._related(one, name)] or None,
        )

    def _range(self, name: str, span: Span) -> types.Range:
        if name not in self._positions:
            self._positions[name] = Positions(self._found.texts.get(name, ""), self._encoding)
        return self._positions[name].of(span)

    def _related(self, one: Diagnostic, name: str) -> Iterator[types.DiagnosticRelatedInformation]:
        """Yield the place that a finding speaks of besides its own."""
        if found := _FIRST.search(one.message):
            path, line, col = found["path"], int(found["line"]), 1
        elif found := _SET.search(one.hint or ""):
            path, line, col = name, int(found["line"]), int(found["col"])
        else:
            return
        if path in self._found.texts:
            at = types.Location(self._uri(path), self._range(path, Span(line, col, line, col)))
            yield types.DiagnosticRelatedInformation(at, "the first")


def page_of(code: str) -> str | None:
    """Return where the page of a code can be opened, without a network."""
    with as_file(files("interlock.server").joinpath("diagnostics.md")) as page:
        return f"{page.resolve().as_uri()}#{code.lower()}" if page.exists() else None
