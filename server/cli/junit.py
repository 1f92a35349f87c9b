"""Results as JUnit XML, which most build servers show.

Guarantees: well-formed XML 1.0, whatever the texts hold.

Source: the format of Ant's JUnit task as Jenkins and GitLab read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from interlock.server.cli.harmless import harmless


@dataclass(frozen=True)
class Case:
    """One thing that was tried.

    Attributes:
        name: what it is called.
        failures: why it failed, a line each; none: it passed.
        printed: what else there is to say, a line each.
        seconds: how long it took, as text; None: not measured.
    """

    name: str
    failures: Sequence[str]
    printed: Sequence[str] = ()
    seconds: str | None = None


def suite(name: str, cases: Sequence[Case]) -> str:
    """Return the XML of a suite of cases."""
    failed = sum(bool(case.failures) for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failed), "errors": "0"}
    root = ET.Element("testsuites", counts)
    group = ET.SubElement(root, "testsuite", {"name": name, **counts})
    for case in cases:
        _add(group, name, case)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _add(group: ET.Element, classname: str, case: Case) -> None:
    attributes = {"name": harmless(case.name), "classname": classname}
    if case.seconds is not None:
        attributes["time"] = case.seconds
    shown = ET.SubElement(group, "testcase", attributes)
    if case.failures:
        first, *_ = case.failures
        failure = ET.SubElement(shown, "failure", {"message": harmless(first), "type": "error"})
        failure.text = _lines(case.failures)
    if case.printed:
        ET.SubElement(shown, "system-out").text = _lines(case.printed)


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(map(harmless, texts))
