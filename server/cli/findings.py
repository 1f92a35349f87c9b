"""Findings in an author's files, printed in the form asked for.

Text is for people, with the source line on a terminal; the other forms are for programs, and for
what shows findings beside the code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.harmless import harmless_json
from interlock.server.cli.options import Form, Report
from interlock.server.cli.printer import Printer, counted

_STYLES = {"error": "bold red", "warning": "bold yellow"}


@dataclass(frozen=True)
class Findings:
    """What was found: the texts that were read, by name, and every diagnostic, sorted."""

    texts: Mapping[str, str] = field(repr=False)
    diagnostics: Sequence[Diagnostic]

    def count(self, severity: str) -> int:
        """Return how many diagnostics are of a severity."""
        return sum(one.severity == severity for one in self.diagnostics)

    def line(self, path: str, number: int) -> str | None:
        """Return a line of a file, from 1; None when there is none."""
        lines = self._lines.get(path, ())
        return lines[number - 1] if 1 <= number <= len(lines) else None

    @cached_property
    def _lines(self) -> Mapping[str, Sequence[str]]:
        from interlock.language.located.lines import BREAK

        at_fault = {one.path for one in self.diagnostics} & self.texts.keys()
        return {name: BREAK.split(self.texts[name]) for name in at_fault}


def print_findings(found: Findings, report: Report, verb: str) -> None:
    """Print findings.

    Args:
        found: what to print.
        report: the form.
        verb: what found them, e.g. ``interlock check``.
    """
    match report:
        case Report.TEXT:
            _print(found)
        case Report.JSON:
            print(harmless_json(_record(found), indent=2))
        case Report.SARIF:
            from interlock.server.cli import sarif

            print(harmless_json(sarif.log(found.diagnostics), indent=2))
        case Report.GITHUB:
            _annotate(found)
        case Report.JUNIT:
            _print_cases(verb, found)


def print_diagnostics(found: Findings, printer: Printer) -> None:
    """Print findings for people, with the source line on a terminal."""
    for one in found.diagnostics:
        printer.line((str(one), _STYLES[one.severity]))
        line = found.line(one.path, one.span.line) if printer.is_terminal else None
        if line is not None:
            from interlock.server.cli.excerpt import excerpt

            for shown in excerpt(one.span, line, printer.width):
                printer.line(shown)


def _print(found: Findings) -> None:
    printer = Printer(Form.TEXT)
    print_diagnostics(found, printer)
    style = "bold red" if found.count("error") else "bold green"
    verdict, also = _verdict(found)
    printer.line(f"{counted(len(found.texts), 'file')}: ", (verdict, style), also)


def _annotate(found: Findings) -> None:
    from interlock.server.cli import github

    for one in found.diagnostics:
        print(github.command(one))
    print(f"{counted(len(found.texts), 'file')}: {''.join(_verdict(found))}")


def _verdict(found: Findings) -> tuple[str, str]:
    errors, warnings = found.count("error"), found.count("warning")
    also = f", {counted(warnings, 'warning')}" if warnings else ""
    return counted(errors, "error") if errors else "ok", also


def _print_cases(verb: str, found: Findings) -> None:
    """Print a case for each file; its errors fail it, its warnings are what it printed."""
    from interlock.server.cli import junit

    cases = [
        junit.Case(name, _texts(found, name, "error"), _texts(found, name, "warning"))
        for name in sorted({*found.texts, *(one.path for one in found.diagnostics)})
    ]
    print(junit.suite(verb, cases))


def _texts(found: Findings, path: str, severity: str) -> list[str]:
    return [str(d) for d in found.diagnostics if (d.path, d.severity) == (path, severity)]


def _record(found: Findings) -> dict[str, object]:
    return {
        "ok": found.count("error") == 0,
        "files": len(found.texts),
        "errors": found.count("error"),
        "warnings": found.count("warning"),
        "diagnostics": [one.to_json() for one in found.diagnostics],
    }
