"""``once_per``, ``cooldown`` and ``except`` of a rule: from texts to what holds matches back."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.language import Document, Loc, expression, nearest
from interlock.language.expression import OPEN, ExpressionError, Node, Scope
from interlock.language.values import ANY, Unknown, Value
from interlock.rules.draft import Bindings
from interlock.rules.model import Row
from interlock.rules.network import Environment, ExceptionSpec, Produced, RepeatSpec, Test
from interlock.rules.schema import AdviseConsequence, ExceptionDefinition, RuleDefinition


class RestraintCompiler:
    """Compiles what holds matches of one rule back; faults are reported to the document."""

    def __init__(self, document: Document, loc: Loc, bindings: Bindings) -> None:
        self._document = document
        self._loc = loc
        self._bindings = bindings

    def repeats(self, rule: RuleDefinition) -> RepeatSpec | None:
        """Return when a firing of the rule would only repeat another; None: never."""
        if rule.cooldown is None and not rule.once_per:
            return None
        if not rule.once_per and all(isinstance(one, AdviseConsequence) for one in rule.then):
            message = "cooldown of a rule that only advises needs once_per"
            hint = "say what counts as the same, such as once_per: [err.service]"
            self._document.report((*self._loc, "cooldown"), "RV352", message, hint)
        scope = self._bindings.scope({})
        found = [
            self._value((*self._loc, "once_per", number), text, scope)
            for number, text in enumerate(rule.once_per)
        ]
        return RepeatSpec(tuple(one for one in found if one is not None), rule.cooldown or 0)

    def exceptions(
        self, written: Sequence[ExceptionDefinition], before: Sequence[ExceptionSpec] = ()
    ) -> tuple[ExceptionSpec, ...]:
        """Return the matches for which the rule does not fire, after those of ``before``."""
        found = {one.id: one for one in before}
        for number, one in enumerate(written):
            loc: Loc = (*self._loc, "except", number)
            if one.id in found:
                message = f"exception {one.id!r} is written already"
                self._document.report((*loc, "id"), "RV310", message, "give it another id")
            found[one.id] = self._exception(loc, one)
        return tuple(found.values())

    def _exception(self, loc: Loc, one: ExceptionDefinition) -> ExceptionSpec:
        self._bindings.used.add(one.on)
        fields = self._bindings.fields.get(one.on)
        tests: list[Produced] = []
        if fields is None:
            hint = nearest(one.on, self._bindings.fields)
            self._document.report((*loc, "on"), "RV201", f"no alias is called {one.on!r}", hint)
        else:
            scope = self._bindings.scope(fields)
            own = frozenset(("", name) for alias, name in scope.present if alias == one.on)
            scope = scope.knowing(own)
            for number, text in enumerate(one.where):
                scope = self._tests((*loc, "where", number), text, scope, one.on, tests)
        return ExceptionSpec(
            one.id,
            tuple(tests),
            one.reason,
            one.ticket,
            one.expires,
            self._document.path,
            self._document.span((*loc, "expires")),
        )

    def _tests(self, loc: Loc, text: str, scope: Scope, alias: str, tests: list[Produced]) -> Scope:
        """Add the tests of one text; return what may be read where they hold."""
        node = self._parsed(loc, text, scope)
        for conjunct in [] if node is None else expression.conjuncts(node):
            found: list[ExpressionError] = []
            expression.check_condition(conjunct, scope, found)
            if self._is_sound(loc, conjunct, scope, found):
                test = _of(alias, expression.compile_expression(conjunct, scope))
                tests.append(Produced(_printed(alias, conjunct), ANY, test))
                scope = scope.knowing(expression.proven(conjunct))
        return scope

    def _value(self, loc: Loc, text: str, scope: Scope) -> Produced | None:
        node = self._parsed(loc, text, scope)
        if node is None:
            return None
        found: list[ExpressionError] = []
        type_ = expression.check(node, scope, found)
        if not self._is_sound(loc, node, scope, found):
            return None
        text = expression.print_expression(node)
        return Produced(text, type_, expression.compile_expression(node, scope))

    def _parsed(self, loc: Loc, text: str, scope: Scope) -> Node | None:
        self._document.read_as(loc, scope)
        try:
            node = scope.settled(expression.parse(text))
        except ExpressionError as fault:
            self._document.report_expression(loc, fault)
            return None
        self._bindings.used |= expression.names(node)
        return node

    def _is_sound(
        self, loc: Loc, node: Node, scope: Scope, found: Sequence[ExpressionError]
    ) -> bool:
        """Report faults; return whether a checked expression can be compiled."""
        for fault in found:
            self._document.report_expression(loc, fault)
        read = [scope.bindings.get(alias) for alias in expression.names(node)]
        declared = all(fields is not OPEN for fields in (scope.fields, *read))
        return not found and declared and scope.is_settled(node)


def _of(alias: str, test: Test) -> Test:
    """Return a test of a match whose bare names are fields of one of its elements."""

    def holds(_row: Row, env: Environment) -> Value | Unknown:
        return test(env[alias], env)

    return holds


def _printed(alias: str, node: Node) -> str:
    """Return a test's text; the version must tell on which element it is made."""
    return f"{alias}: {expression.print_expression(node)}"
