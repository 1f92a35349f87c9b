"""One condition while it is checked and sorted into tests, knowing what is bound before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from interlock.language import Document, Field, Loc, expression, nearest
from interlock.language.expression import (
    NO_PARAMETERS,
    OPEN,
    ExpressionError,
    Node,
    Parameters,
    Path,
    Scope,
)
from interlock.rules.condition_schema import (
    Counted,
    FactPattern,
    Missed,
    NoFact,
    NoSignal,
    SignalPattern,
)
from interlock.rules.declare import Declarations
from interlock.rules.network import (
    Comparison,
    ElementKind,
    Join,
    Operator,
    Pattern,
    Predicate,
    Residual,
)


@dataclass(slots=True)
class Bindings:
    """What a rule has bound so far.

    Attributes:
        fields: readable fields by alias.
        present: optional fields known to be there once the rule has matched.
        certain: fields by alias without which an element fails its pattern's tests of itself
            alone, so that indexes may rely on them.
        used: aliases something has read.
        places: where each alias is bound.
        parameters: what ``params.x`` stands for.
        scalars: aliases that are a value, and where it is held.
    """

    fields: dict[str, Mapping[str, Field]] = field(default_factory=dict)
    present: set[Path] = field(default_factory=set)
    certain: dict[str, frozenset[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    places: dict[str, Loc] = field(default_factory=dict)
    parameters: Parameters = NO_PARAMETERS
    scalars: dict[str, Path] = field(default_factory=dict)

    def scope(self, own: Mapping[str, Field]) -> Scope:
        """Return what an expression about an element with ``own`` fields may read."""
        present, scalars = frozenset(self.present), dict(self.scalars)
        return Scope(own, dict(self.fields), present, self.parameters, scalars=scalars)


@dataclass(frozen=True, slots=True)
class Stated:
    """One conjunct as its author wrote it, for whoever reasons about it.

    Attributes:
        loc: the text it stands in.
        node: the conjunct; offsets count in that text.
        scope: what it may read, and what is known where it is read.
    """

    loc: Loc
    node: Node
    scope: Scope


OnePattern: TypeAlias = SignalPattern | FactPattern | NoSignal | NoFact | Counted | Missed


class Draft:
    """One pattern while its conjuncts are checked, in order, and sorted into tests."""

    def __init__(  # what a pattern is about, and what it may read
        self,
        document: Document,
        loc: Loc,
        kind: ElementKind,
        type_: str,
        fields: Mapping[str, Field],
        bindings: Bindings,
    ) -> None:
        """Begin without tests; ``fields`` is what may be read of what it is about."""
        self._document = document
        self._loc = loc
        self._bindings = bindings
        self.kind, self.type, self.fields = kind, type_, fields
        self.scope = bindings.scope(fields)
        self.stated: list[Stated] = []

    def require(self, where: Sequence[str]) -> None:
        """Add conjuncts; faults are reported to the document."""
        for number, text in enumerate(where):
            self._check((*self._loc, "where", number), text)

    @property
    def certain(self) -> frozenset[str]:
        """The fields that are required, or proven by a conjunct that reads nothing else."""
        alone = [one.node for one in self.stated if not expression.names(one.node)]
        proven = {name for node in alone for _, name in expression.proven(node)}
        return frozenset(n for n, one in self.fields.items() if not one.optional or n in proven)

    def compiled(self, alias: str) -> Pattern:
        """Return the pattern; a conjunct with a fault has no test."""
        certain = {**self._bindings.certain, "": self.certain}
        nodes = [one.node for one in self.stated]
        tests = [self._test(node, certain) for node in nodes if self._is_typed(node)]
        return Pattern(
            alias=alias,
            kind=self.kind,
            type=self.type,
            comparisons=tuple(t for t in tests if isinstance(t, Comparison)),
            predicates=tuple(t for t in tests if isinstance(t, Predicate)),
            joins=tuple(t for t in tests if isinstance(t, Join)),
            residuals=tuple(t for t in tests if isinstance(t, Residual)),
        )

    def _check(self, loc: Loc, text: str) -> None:
        self._document.read_as(loc, self.scope)
        try:
            condition = self.scope.settled(expression.parse(text))
        except ExpressionError as fault:
            self._document.report_expression(loc, fault)
            return
        for node in expression.conjuncts(condition):
            found: list[ExpressionError] = []
            expression.check_condition(node, self.scope, found)
            for one in found:
                self._document.report_expression(loc, one)
            self._bindings.used |= expression.names(node)
            if not found and self.scope.is_settled(node):
                self.stated.append(Stated(loc, node, self.scope))
                self.scope = self.scope.knowing(expression.proven(node))

    def _test(
        self, node: Node, certain: Mapping[str, frozenset[str]]
    ) -> Comparison | Predicate | Join | Residual:
        text = expression.print_expression(node)
        match expression.classify(node, self.scope):
            case expression.Comparison(name, operator, constant) if name in certain[""]:
                type_ = self.fields[name].type
                return Comparison(name, Operator(operator), constant, type_, text)
            case expression.FieldJoin(name, operator, alias, other) if (
                name in certain[""] and other in certain[alias]
            ):
                type_ = self.fields[name].type
                return Join(name, Operator(operator), alias, other, type_, text)
            case _:
                return self._compiled_test(node, text)

    def _is_typed(self, node: Node) -> bool:
        """Whether everything a conjunct reads is declared; if not, that was reported."""
        read = [self._bindings.fields[alias] for alias in expression.names(node)]
        return all(fields is not OPEN for fields in (self.fields, *read))

    def _compiled_test(self, node: Node, text: str) -> Predicate | Residual:
        test = expression.compile_expression(node, self.scope)
        aliases = tuple(sorted(expression.names(node)))
        return Residual(aliases, text, test) if aliases else Predicate(text, test)


def draft(
    document: Document,
    loc: Loc,
    condition: OnePattern,
    declarations: Declarations,
    bindings: Bindings,
) -> Draft:
    """Return a pattern with its conjuncts checked; faults are reported to the document."""
    if isinstance(condition, SignalPattern | NoSignal | Counted | Missed):
        kind, type_ = ElementKind.SIGNAL, condition.signal
    else:
        kind, type_ = ElementKind.FACT, condition.fact
    fields = _fields(document, loc, kind, type_, declarations)
    drafted = Draft(document, loc, kind, type_, fields, bindings)
    drafted.require(condition.where)
    return drafted


def _fields(
    document: Document, loc: Loc, kind: ElementKind, name: str, declarations: Declarations
) -> Mapping[str, Field]:
    declared = declarations.signals if kind is ElementKind.SIGNAL else declarations.facts
    if name in declared:
        return declared[name].readable
    if name in declarations.broken:
        return OPEN
    message = f"undeclared {kind.value} {name!r}"
    document.report((*loc, kind.value), "RV210", message, nearest(name, declared))
    return OPEN
