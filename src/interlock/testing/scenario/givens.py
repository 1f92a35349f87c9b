"""What a scenario gives: from the document to what happens, by time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from interlock.language import Loc, Type, Value, YamlValue, nearest
from interlock.language.values import JsonValue, Kind
from interlock.testing.scenario.model import CommandGiven, EntryGiven, Given, SignalGiven
from interlock.testing.scenario.naming import Names
from interlock.testing.scenario.schema import (
    CommandDefinition,
    FactDefinition,
    FreezeDefinition,
    GivenDefinition,
    RetractDefinition,
    SignalDefinition,
    ThawDefinition,
    UseDefinition,
)
from interlock.testing.scenario.series import read_values, samples

MOST_GIVEN: Final = 20_000
"""Most things that happen in a scenario, or in a fixture."""


@dataclass(frozen=True, slots=True)
class GivenCompiler:
    """Compiles ``given`` lists of one document, fixtures once."""

    names: Names
    fixtures: Mapping[str, tuple[Given, ...]]

    @classmethod
    def of(cls, names: Names, fixtures: Mapping[str, Sequence[GivenDefinition]]) -> GivenCompiler:
        """Return the compiler of a document; a fixture may use those before it."""
        compiled: dict[str, tuple[Given, ...]] = {}
        compiler = cls(names, compiled)
        for name, written in fixtures.items():
            compiled[name] = compiler.compiled(("fixtures", name), written)
        return compiler

    def compiled(self, loc: Loc, written: Sequence[GivenDefinition]) -> tuple[Given, ...]:
        """Return what happens, by time; at one instant in the order written."""
        everything = (
            given for number, one in enumerate(written) for given in self._of((*loc, number), one)
        )
        found = list(islice(everything, MOST_GIVEN + 1))
        if len(found) > MOST_GIVEN:  # fixtures that use fixtures grow fast
            message = f"gives more than {MOST_GIVEN:,} things"
            self.names.document.report(loc, "RV110", message, "make them several scenarios")
            return ()
        return tuple(sorted(found, key=lambda one: one.at))

    def _of(self, loc: Loc, written: GivenDefinition) -> Iterator[Given]:
        match written:
            case UseDefinition(use=name):
                yield from self._fixture((*loc, "use"), name)
            case SignalDefinition():
                yield from self._signals(loc, written)
            case FreezeDefinition(freeze=scope) | ThawDefinition(thaw=scope):
                kind = "freeze" if isinstance(written, FreezeDefinition) else "thaw"
                body = {"kind": kind, "actor": written.by, "scope": scope, "reason": written.reason}
                yield EntryGiven(written.at, body)
            case FactDefinition() | RetractDefinition():
                yield from self._fact(loc, written)
            case CommandDefinition(command=command, by=actor, text=text, branch=branch):
                if branch is not None:
                    self.names.branch((*loc, "branch"), branch)
                order = {"kind": "command", "command": command, "actor": actor, "text": text}
                yield CommandGiven(written.at, written.incident, order, branch or "")

    def _fact(self, loc: Loc, written: FactDefinition | RetractDefinition) -> Iterator[EntryGiven]:
        stands = isinstance(written, FactDefinition)
        word, name = (
            ("fact", written.fact)
            if isinstance(written, FactDefinition)
            else ("retract", written.retract)
        )
        declared = self.names.fact((*loc, word), name)
        if declared is None:
            return
        wanted = declared.fields
        if not stands:
            wanted = {part: declared.fields[part] for part in declared.key}
        typed = self.names.values((*loc, "data"), written.data, wanted, complete=name)
        if len(typed) < len(wanted):
            return  # what is missing or wrong has been reported
        carried = {n: wire(wanted[n].type, value) for n, value in typed.items()}
        what = {"fact": name, "values": carried, "labels": {}, "stands": stands}
        about = {"kind": "fact", "actor": written.by, "reason": written.reason}
        yield EntryGiven(written.at, {**about, **what})

    def _fixture(self, loc: Loc, name: str) -> tuple[Given, ...]:
        if name not in self.fixtures:
            message = f"no fixture is called {name!r} so far"
            self.names.document.report(loc, "RV211", message, nearest(name, self.fixtures))
        return self.fixtures.get(name, ())

    def _signals(self, loc: Loc, written: SignalDefinition) -> Iterator[SignalGiven]:
        declared = self.names.signal((*loc, "signal"), written.signal)
        values = self._values(loc, written)
        if declared is None or any(not ring for ring in written.cycle.values()):
            return
        head = {
            "name": written.signal,
            "subject": written.subject,
            "severity": written.severity,
            "status": written.status,
            "source": written.source,
            **({} if written.id is None else {"id": written.id}),
        }
        for sample in samples(
            times=written.times, field=written.field, values=values, cycle=written.cycle
        ):
            data = {**written.data, **sample.data}
            place = loc if sample.number else (*loc, "data")
            typed = self.names.values(place, data, declared.fields, complete=written.signal)
            carried = {n: wire(declared.fields[n].type, value) for n, value in typed.items()}
            at = written.at + sample.number * (written.every or 0)
            yield SignalGiven(at, {**head, "values": carried}, written.observed)
            if len(typed) < len(data):
                return  # the fault has been reported, once

    def _values(self, loc: Loc, written: SignalDefinition) -> list[YamlValue] | None:
        """Return the values of a series; contradictions are reported."""
        report = self.names.document.report
        for name, ring in written.cycle.items():
            if not ring:
                report((*loc, "cycle", name), "RV110", "a cycle needs at least one value")
        if (written.values is None) != (written.field is None):
            report(loc, "RV111", "`field` and `values` belong together")
            return None
        if written.values is not None and written.times is not None:
            report((*loc, "times"), "RV110", "`values` says how many there are", key=True)
        try:
            values = None if written.values is None else read_values(written.values)
        except ValueError as fault:
            report((*loc, "values"), "RV110", str(fault))
            return None
        count = len(values) if values is not None else written.times or 1
        if count > 1 and written.every is None:
            hint = "add every: 30s"
            report(loc, "RV111", "several signals need the time between them", hint)
        return values


def wire(type_: Type, value: Value) -> JsonValue:
    """Return a runtime value in the form signals carry it; the door admits it again."""
    if isinstance(value, tuple):
        item = type_.item or type_
        return {"list": [wire(item, one) for one in value]}
    match type_.kind:
        case Kind.DOUBLE:
            assert isinstance(value, int)
            return [value, type_.scale]
        case Kind.TIMESTAMP:
            assert isinstance(value, int)
            return {"at_ms": value}
        case Kind.DURATION:
            assert isinstance(value, int)
            return {"ms": value}
        case _:
            return value
