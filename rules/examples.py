"""``examples:`` of a rule: small histories that say when it fires and when it does not.

Parsed and typed here, run by whoever has a clock and a journal.  To run one: begin with nothing,
send each of ``given`` at its ``at_ms`` from the start (they are in order; values are in runtime
form, as ``interlock.language.values.admit`` gives them for the declared signal), let time come to
the last of them, and look whether the rule has fired at least once since the beginning, as a
shadow or not: the example holds if that is ``fires``.  What a rule waits for (``for``, a
cooldown) has to come due before the last signal; an example that ends too early is wrong, not the
rule.

Guarantees: examples take no part in the version of a rule; every fault has its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interlock.language import Document, Field, Loc, nearest
from interlock.language.constants import read_constant
from interlock.language.diagnostics import Span
from interlock.language.values import Value, YamlValue
from interlock.rules.declare import Declarations
from interlock.rules.model import Row
from interlock.rules.schema import ExampleDefinition, ExampleSignal

MAX_SIGNALS: Final = 10_000
"""Most signals an example may give."""


@dataclass(frozen=True, slots=True)
class GivenSignal:
    """A signal that an example gives.

    Attributes:
        at_ms: when it is observed and received, from the start of the example.
        name: a declared signal.
        subject, severity, status, source: as of any signal.
        values: its declared fields in runtime form.
    """

    at_ms: int
    name: str
    subject: str
    severity: str
    status: str
    source: str
    values: Row


@dataclass(frozen=True, slots=True)
class Example:
    """A history, and whether the rule fires in it.

    Attributes:
        rule: the rule's id.
        name: what it shows.
        given: what happens, by time; at one moment in the order written.
        fires: whether the rule fires at least once.
        path, span: where its name is written.
    """

    rule: str
    name: str
    given: tuple[GivenSignal, ...]
    fires: bool
    path: str
    span: Span


def read_examples(
    document: Document,
    loc: Loc,
    rule: str,
    written: Sequence[ExampleDefinition],
    declarations: Declarations,
) -> tuple[Example, ...]:
    """Return the examples of a rule; faults are reported to the document.

    Args:
        document: where the rule stands.
        loc: the rule's ``examples``.
        rule: its id.
        written: what its author wrote.
        declarations: all signals.
    """
    found: dict[str, Example] = {}
    for number, one in enumerate(written):
        at = (*loc, number)
        if one.name in found:
            message = f"example {one.name!r} is written already"
            document.report((*at, "name"), "RV310", message, "give it another name")
        given = [
            signal
            for place, entry in enumerate(one.given)
            for signal in _signals(document, (*at, "given", place), entry, declarations)
        ]
        if len(given) > MAX_SIGNALS:
            message = f"gives {len(given):,} signals, {MAX_SIGNALS:,} is the most"
            document.report((*at, "given"), "RV110", message)
        in_order = tuple(sorted(given, key=lambda signal: signal.at_ms))
        span = document.span((*at, "name"))
        found[one.name] = Example(rule, one.name, in_order, one.fires, document.path, span)
    return tuple(found.values())


def _signals(
    document: Document, loc: Loc, entry: ExampleSignal, declarations: Declarations
) -> Iterator[GivenSignal]:
    declared = declarations.signals.get(entry.signal)
    if declared is None:
        message = f"undeclared signal {entry.signal!r}"
        hint = nearest(entry.signal, declarations.signals)
        document.report((*loc, "signal"), "RV210", message, hint)
        return
    values = _values(document, (*loc, "data"), entry.data, declared.fields, entry.signal)
    if (entry.every is None) != (entry.times is None):
        here, other = ("every", "times") if entry.times is None else ("times", "every")
        document.report((*loc, here), "RV110", f"{here} needs {other}", f"add {other}", key=True)
    for number in range(entry.times or 1):
        yield GivenSignal(
            at_ms=entry.at + number * (entry.every or 0),
            name=entry.signal,
            subject=entry.subject,
            severity=entry.severity,
            status=entry.status,
            source=entry.source,
            values=values,
        )


def _values(
    document: Document,
    loc: Loc,
    data: Mapping[str, YamlValue],
    fields: Mapping[str, Field],
    name: str,
) -> Row:
    values: dict[str, Value] = {}
    for part, value in data.items():
        if part not in fields:
            message = f"signal {name!r} has no field {part!r}"
            hint = nearest(part, fields)
            document.report((*loc, part), "RV215", message, hint, key=True)
        elif (units := read_constant(document, (*loc, part), fields[part], value)) is not None:
            values[part] = units
    missing = [part for part, one in fields.items() if not one.optional and part not in data]
    if missing:
        message, hint = f"signal {name!r} needs {', '.join(missing)}", f"give {missing[0]}"
        document.report(loc, "RV215", message, hint, key=True)
    return values
