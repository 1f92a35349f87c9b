"""What probes see, judged by what contracts expect of them: where nobody has said it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from interlock.engine.probes import Probes
from interlock.language import Document, YamlValue
from interlock.language.expression import (
    OPEN,
    Binary,
    ExpressionError,
    Name,
    Node,
    Scope,
    Select,
    parse,
    walk,
)
from interlock.language.expression.check import resolve
from interlock.language.values import ANY, BOOL, Field, Type, double, parse_type


def expected_probes(documents: Iterable[Document]) -> Probes:
    """Return the probes that contracts ask, with the fields that are expected of them."""
    found: dict[str, dict[str, Field]] = {}
    for document in documents:
        actions = document.at(("actions",)) if document.kind == "actions/v1" else None
        for action in actions.values() if isinstance(actions, Mapping) else ():
            for asked in _asked(action) if isinstance(action, Mapping) else ():
                fields = found.setdefault(str(asked.get("probe")), {})
                for name, type_ in _expected(str(asked.get("expect")), _scope(action)):
                    fields.setdefault(name, Field(type_))
    return found


def _asked(action: Mapping[str, YamlValue]) -> Iterator[Mapping[str, YamlValue]]:
    """Yield what an action requires and verifies by a probe."""
    requires = action.get("requires")
    written = [*requires] if isinstance(requires, Sequence) else []
    for one in (*written, action.get("verify")):
        if isinstance(one, Mapping) and "probe" in one:
            yield one


def _scope(action: YamlValue) -> Scope:
    """Return what an expectation may read: inputs by bare name, the rest is open."""
    inputs = action.get("inputs") if isinstance(action, Mapping) else None
    fields = {}
    for name, one in inputs.items() if isinstance(inputs, Mapping) else ():
        type_ = one.get("type") if isinstance(one, Mapping) else one
        fields[name] = Field(parse_type(str(type_)))
    return Scope(fields, {"probe": OPEN, "outputs": OPEN})


def _expected(expect: str, scope: Scope) -> Iterator[tuple[str, Type]]:
    """Yield the fields of a probe that are read, with the type each has to have."""
    try:
        node = parse(expect)
    except ExpressionError:
        return
    for one in walk(node):
        if isinstance(one, Binary) and one.operator not in "&&||":
            for side, other in ((one.left, one.right), (one.right, one.left)):
                if (name := _read(side)) is not None:
                    yield name, _type(other, scope)
    for one in walk(node):
        if (name := _read(one)) is not None:
            yield name, BOOL  # compared with nothing, so it is a condition


def _read(node: Node) -> str | None:
    match node:
        case Select(operand=Name(name="probe"), field=name):
            return name
        case _:
            return None


def _type(other: Node, scope: Scope) -> Type:
    """Return the type of what a field is compared or reckoned with; a number where unknown."""
    try:
        faults: list[ExpressionError] = []
        typed = resolve(other, scope, faults)
    except ExpressionError:
        return double()
    found = typed.type.item or typed.type
    return double() if faults or found == ANY else found
