"""``then:`` and ``why:`` of a rule: from templates to values that are filled in when it fires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from interlock.language import Document, Field, Kind, Loc, Type, expression, nearest
from interlock.language.expression import OPEN, ExpressionError, Node, Scope, Template
from interlock.language.expression.scope import MOMENT
from interlock.language.values import (
    ANY,
    BOOL,
    INT,
    STRING,
    TIMESTAMP,
    UNKNOWN,
    Unknown,
    Value,
    YamlValue,
    decimal_parts,
    double,
    format_value,
    violation,
)
from interlock.rules.declarations import FactType
from interlock.rules.declare import Declarations
from interlock.rules.draft import Bindings
from interlock.rules.model import Row
from interlock.rules.network import (
    AdviseSpec,
    AssertSpec,
    ConsequenceSpec,
    Environment,
    Produced,
    SendSpec,
    StartSpec,
    Test,
)
from interlock.rules.schema import (
    AdviseConsequence,
    AssertConsequence,
    Consequence,
    SendConsequence,
    StartConsequence,
)

_TEXT = Field(STRING)
_MOMENT: Mapping[str, Field] = {"at": Field(TIMESTAMP)}


class ConsequenceCompiler:
    """Compiles what one rule leads to; faults are reported to the document."""

    def __init__(self, document: Document, bindings: Bindings, declarations: Declarations) -> None:
        self._document = document
        self._bindings = bindings
        self._declarations = declarations
        fields = {**bindings.fields, MOMENT: _MOMENT}
        present, parameters = frozenset(bindings.present), declarations.parameters
        self._scope = Scope({}, fields, present, parameters, scalars=dict(bindings.scalars))

    def consequences(self, loc: Loc, then: Sequence[Consequence]) -> tuple[ConsequenceSpec, ...]:
        """Return the consequences in written order."""
        found = [self._one((*loc, number), one) for number, one in enumerate(then)]
        return tuple(spec for spec in found if spec is not None)

    def text(self, loc: Loc, text: str) -> Produced:
        """Return a template people read; what is not known reads ``(unknown)``."""
        produced = self._free(loc, text)
        return Produced(produced.text, STRING, _for_people(produced.value, produced.type))

    def _one(self, loc: Loc, one: Consequence) -> ConsequenceSpec | None:
        match one:
            case AssertConsequence():
                return self._assert(loc, one)
            case StartConsequence():
                incident = self._typed((*loc, "incident"), one.incident, _TEXT, strict=True)
                return StartSpec(one.machine, incident, self._inputs((*loc, "with"), one.inputs))
            case SendConsequence():
                incident = self._typed((*loc, "incident"), one.incident, _TEXT, strict=True)
                return SendSpec(one.event, incident, self._inputs((*loc, "with"), one.data))
            case AdviseConsequence():
                return AdviseSpec(self.text((*loc, "advise"), one.advise))

    def _assert(self, loc: Loc, one: AssertConsequence) -> AssertSpec | None:
        declared = self._declarations.facts.get(one.fact)
        if declared is None and one.fact in self._declarations.broken:
            return None
        if declared is None:
            message = f"undeclared fact {one.fact!r}"
            hint = nearest(one.fact, self._declarations.facts)
            self._document.report((*loc, "assert"), "RV210", message, hint)
            return None
        self._check_names((*loc, "set"), one.values, declared)
        optional = [name for name, field in declared.fields.items() if field.optional]
        values = {
            name: self._typed(
                (*loc, "set", name), one.values[name], field, strict=name in declared.key
            )
            for name, field in declared.fields.items()
            if name in one.values
        }
        return AssertSpec(one.fact, declared.key, frozenset(optional), values)

    def _check_names(self, loc: Loc, values: Mapping[str, YamlValue], declared: FactType) -> None:
        for name in values:
            if name not in declared.fields:
                message = f"fact {declared.name!r} has no field {name!r}"
                hint = nearest(name, declared.fields)
                self._document.report((*loc, name), "RV215", message, hint, key=True)
        for name, field in declared.fields.items():
            if name not in values and not field.optional:
                message = f"fact {declared.name!r} needs {name!r}"
                self._document.report(loc, "RV215", message, f"set {name}", key=True)

    def _typed(self, loc: Loc, value: YamlValue, target: Field, *, strict: bool) -> Produced:
        """Return a value for a declared field; one the declaration forbids is UNKNOWN."""
        faults: list[ExpressionError] = []
        self._document.read_as(loc, self._scope, is_template=True, target=target)
        expression.check_argument(value, self._scope, target, faults)
        self._read(value)
        for fault in faults:
            self._document.report_expression((*loc, *fault.within), fault)
        if faults or not self._is_declared(value):
            return _broken(value)
        give = expression.compile_argument(value, self._scope, target, strict=strict)
        return Produced(self._written(value), target.type, _obeying(give, target))

    def _inputs(self, loc: Loc, values: Mapping[str, YamlValue]) -> dict[str, Produced]:
        return {name: self._input((*loc, name), value) for name, value in values.items()}

    def _input(self, loc: Loc, value: YamlValue) -> Produced:
        """Return a value whose target is known elsewhere: it keeps the type it is written in."""
        match value:
            case str():
                return self._free(loc, value)
            case bool():
                return Produced(_written(value), BOOL, _constant(value))
            case int():
                return Produced(_written(value), INT, _constant(value))
            case Decimal():
                units, scale = decimal_parts(value)
                return Produced(_written(value), double(scale), _constant(units))
            case _:
                self._document.report(loc, "RV110", "needs text, a number or a truth value")
                return _broken(value)

    def _free(self, loc: Loc, text: str) -> Produced:
        """Return a template with whatever type it yields."""
        found: list[ExpressionError] = []
        self._document.read_as(loc, self._scope, is_template=True)
        try:
            template = Template(text)
        except ExpressionError as fault:
            self._document.report_expression(loc, fault)
            return _broken(text)
        type_ = expression.check_template(template, self._scope, found)
        self._read(text)
        for one in found:
            self._document.report_expression(loc, one)
        if found or not self._is_declared(text):
            return _broken(text)
        given = expression.compile_template(template, self._scope)
        return Produced(expression.settled_text(template, self._scope), type_, given)

    def _written(self, value: YamlValue) -> str:
        """Return a value as written, its parameters replaced by their values."""
        match value:
            case str():
                return expression.settled_text(Template(value), self._scope)
            case Sequence():
                return repr([self._item(one) for one in value])
            case _:
                return repr(value)

    def _item(self, value: YamlValue) -> YamlValue:
        return self._written(value) if isinstance(value, str) else value

    def _read(self, value: YamlValue) -> None:
        """Note the aliases a template reads."""
        self._bindings.used |= {
            name for node in _nodes(value) for name in expression.names(self._scope.settled(node))
        }

    def _is_declared(self, value: YamlValue) -> bool:
        """Whether all a template reads is declared and sound; if not, that was reported."""
        nodes = _nodes(value)
        return all(self._scope.is_settled(node) for node in nodes) and all(
            self._bindings.fields.get(alias) is not OPEN
            for node in nodes
            for alias in expression.names(self._scope.settled(node))
        )


def _nodes(value: YamlValue) -> list[Node]:
    """Return the expressions of a template, or of a list of them; none where it has a fault."""
    match value:
        case str():
            try:
                return list(Template(value).nodes)
            except ExpressionError:
                return []
        case Sequence():
            return [node for item in value for node in _nodes(item)]
        case _:
            return []


def _written(value: YamlValue) -> str:
    return value if isinstance(value, str) else repr(value)


def _broken(value: YamlValue) -> Produced:
    """Stand in for a value with a fault; the rule base is refused before it is used."""
    return Produced(_written(value), ANY, _constant(""))


def _constant(value: Value) -> Test:
    return lambda _row, _env: value


def _obeying(give: Test, target: Field) -> Test:
    if not target.enum and target.min is None and target.max is None and target.pattern is None:
        return give

    def obedient(row: Row, env: Environment) -> Value | Unknown:
        value = give(row, env)
        return UNKNOWN if value is UNKNOWN or violation(target, value) else value

    return obedient


def _for_people(give: Test, type_: Type) -> Test:
    def shown(row: Row, env: Environment) -> str:
        value = give(row, env)
        return "(unknown)" if value is UNKNOWN else format_value(value, type_)

    return give if type_.kind is Kind.STRING else shown
