"""``params/v1`` documents: named values that rules and machines read, settled for one environment.

Names are shared by all documents of a bundle, as those of signals are.  Whatever reads a
parameter is compiled with its value, so a change of one is a new version of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field as Key

from interlock.language.constants import read_constant
from interlock.language.diagnostics import Diagnostic, Span, nearest
from interlock.language.document import Document, Loc
from interlock.language.expression.parameters import Parameters, written
from interlock.language.expression.scope import OPEN
from interlock.language.expression.syntax import Node
from interlock.language.fields import ValueDefinition
from interlock.language.model import Definition, FieldName, Identifier, validate
from interlock.language.values import Field, YamlValue

KIND = "params/v1"
"""What a document of parameters begins with."""


class ParameterDefinition(ValueDefinition):
    """One parameter: what it may be, and what it is where nobody says otherwise."""

    default: YamlValue
    """Its value in every environment that gives it no other."""


class ParamsDocument(Definition):
    """A ``params/v1`` document."""

    interlock: Literal["params/v1"]
    package: Identifier | None = None
    owner: str | None = None
    params: Annotated[dict[FieldName, ParameterDefinition], Key(default_factory=dict)]
    """The parameters by name."""
    environments: Annotated[dict[Identifier, dict[FieldName, YamlValue]], Key(default_factory=dict)]
    """For each environment the values that differ from the defaults; none may."""


Place = tuple[Document, Loc]


@dataclass(frozen=True)
class ParameterBase:
    """The parameters of a bundle.

    Attributes:
        parameters: what expressions read.
        places: where each is declared.
        documents: those it was read from, with what is wrong with them.
        unplaced: faults that stand in no document.
    """

    parameters: Parameters
    places: Mapping[str, Place]
    documents: Sequence[Document]
    unplaced: tuple[Diagnostic, ...] = ()

    def report_unread(self) -> None:
        """Warn of every parameter that nothing has read so far."""
        for name, (document, loc) in self.places.items():
            if name not in self.parameters.read:
                message, hint = f"nothing reads parameter {name!r}", f"read it as params.{name}"
                document.report(loc, "RV218", message, hint, key=True, warning=True)

    def diagnostics(self, severity: str) -> tuple[Diagnostic, ...]:
        """Return what has been reported so far, of one severity."""
        found = [one for document in self.documents for one in document.diagnostics]
        return tuple(one for one in (*self.unplaced, *found) if one.severity == severity)


def read_parameters(documents: Iterable[Document], environment: str | None = None) -> ParameterBase:
    """Return the parameters some documents declare; faults are reported to the documents.

    Args:
        documents: in any order; kinds other than params/v1 are left to others.
        environment: whose values they have; None: their defaults.
    """
    ours = sorted((one for one in documents if one.kind == KIND), key=lambda one: one.path)
    read = [(one, validate(ParamsDocument, one)) for one in ours]
    sound = [(document, shape) for document, shape in read if shape is not None]
    fields: dict[str, Field] = {}
    places: dict[str, Place] = {}
    values: dict[str, Node | None] = {}
    for document, shape in sound:
        for name, one in _new(document, shape, places):
            fields[name], places[name] = one.field(), (document, ("params", name))
            values[name] = _value(document, ("params", name, "default"), fields[name], one.default)
    for document, shape in sound:
        for name, loc, value in _overriding(document, shape, fields):
            node = _value(document, loc, fields[name], value)
            if loc[1] == environment:
                values[name] = node
    if len(sound) < len(ours):
        return ParameterBase(Parameters(broken=OPEN), places, ours)
    unknown = tuple(_unknown_environment(sound, environment))
    return ParameterBase(_settled(values, fields), places, ours, unknown)


def _settled(values: Mapping[str, Node | None], fields: Mapping[str, Field]) -> Parameters:
    known = {name: node for name, node in values.items() if node is not None}
    return Parameters(known, {n: f for n, f in fields.items() if n not in known})


def _new(
    document: Document, shape: ParamsDocument, places: Mapping[str, Place]
) -> Iterator[tuple[str, ParameterDefinition]]:
    for name, one in shape.params.items():
        if name in places:
            first, loc = places[name]
            at = f"{first.path}:{first.span(loc, key=True).line}"
            message = f"parameter {name!r} is declared already at {at}"
            document.report(("params", name), "RV216", message, key=True)
        else:
            yield name, one


def _overriding(
    document: Document, shape: ParamsDocument, fields: Mapping[str, Field]
) -> Iterator[tuple[str, Loc, YamlValue]]:
    for environment, values in shape.environments.items():
        for name, value in values.items():
            loc: Loc = ("environments", environment, name)
            if name in fields:
                yield name, loc, value
            else:
                message = f"unknown parameter {name!r}"
                document.report(loc, "RV201", message, nearest(name, fields), key=True)


def _value(document: Document, loc: Loc, field: Field, value: YamlValue) -> Node | None:
    """Return a parameter's value as an expression, or None where it has a fault."""
    units = read_constant(document, loc, field, value)
    if units == ():
        document.report(loc, "RV110", "a list of parameters needs one item at least")
        return None
    return None if units is None else written(field.type, units)


def _unknown_environment(
    sound: Sequence[tuple[Document, ParamsDocument]], environment: str | None
) -> Iterator[Diagnostic]:
    known = sorted({name for _, shape in sound for name in shape.environments})
    if environment is None or environment in known:
        return
    message = f"no environment is called {environment!r}"
    hint = nearest(environment, known) or (
        f"there are: {', '.join(known)}" if known else "declare it in a params/v1 document"
    )
    path, span = KIND, Span(1, 1, 1, 1)
    if sound:
        document, _ = sound[0]
        path, span = document.path, document.span(("environments",), key=True)
    yield Diagnostic(path, span, "error", "RV217", message, hint)
