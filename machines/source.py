"""One document being compiled: its faults are reported, its texts compiled, in place.

A text with a fault gives None, so that compilation goes on and every fault is found at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from interlock.language import Document, Loc, nearest
from interlock.language.expression import (
    OPEN,
    Env,
    Evaluate,
    ExpressionError,
    Logical,
    Node,
    Row,
    Scope,
    Template,
    canonical_text,
    check,
    check_argument,
    check_condition,
    check_template,
    compile_argument,
    compile_expression,
    compile_template,
    conjuncts,
    parse,
    print_expression,
    proven,
)
from interlock.language.values import (
    ANY,
    STRING,
    UNKNOWN,
    Field,
    Unknown,
    Value,
    YamlValue,
)
from interlock.machines.formula import MISSING, Formula


@dataclass(frozen=True, slots=True)
class Source:
    """A document and the ways to compile what stands in it."""

    document: Document

    def report(
        self, loc: Loc, code: str, message: str, hint: str | None = None, *, key: bool = False
    ) -> None:
        """Report an error at the value (or key) at ``loc``."""
        self.document.report(loc, code, message, hint, key=key)

    def unknown(self, loc: Loc, code: str, what: str, name: str, known: Sequence[str]) -> None:
        """Report a name that means nothing, with the nearest one that does."""
        self.report(loc, code, f"unknown {what} {name!r}", nearest(name, known))

    def condition(self, text: str, loc: Loc, scope: Scope) -> Formula | None:
        """Return a compiled condition."""
        return self.guard(text, loc, scope)[0]

    def guard(self, text: str, loc: Loc, scope: Scope) -> tuple[Formula | None, Scope]:
        """Return a compiled condition and what may be read where it is true."""
        node = self._condition(text, loc, scope)
        if node is None:
            return None, scope
        return _formula(node, scope), scope.knowing(proven(node))

    def conditions(
        self, texts: Sequence[str], loc: Loc, scope: Scope
    ) -> tuple[Formula, tuple[Node, ...]] | None:
        """Return conditions that must all hold as one, and their conjuncts.

        What an earlier condition proves present may be read in later ones.  None when there
        are none or one has a fault.
        """
        found: list[Node] = []
        clean = bool(texts)
        known = scope
        for number, text in enumerate(texts):
            node = self._condition(text, (*loc, number), known)
            if node is None:
                clean = False
                continue
            found.extend(conjuncts(node))
            known = known.knowing(proven(node))
        if not clean:
            return None
        whole = found[0] if len(found) == 1 else Logical(0, 0, "&&", tuple(found))
        return _formula(whole, scope), tuple(found)

    def _condition(self, text: str, loc: Loc, scope: Scope) -> Node | None:
        errors: list[ExpressionError] = []
        node: Node | None = None
        self.document.read_as(loc, scope)
        try:
            node = scope.settled(parse(text))
            check_condition(node, scope, errors)
        except ExpressionError as fault:
            errors.append(fault)
        return None if self._reported(loc, errors) else node

    def template(
        self, text: str, loc: Loc, scope: Scope, *, strict: bool = False
    ) -> Formula | None:
        """Return a compiled template that gives text.

        Args:
            text: the template.
            loc: its place.
            scope: the names it may use.
            strict: one unknown value makes the whole unknown; for keys and ids.
        """
        self.document.read_as(loc, scope, is_template=True)
        return self._template(text, loc, scope, strict=strict)

    def _template(
        self, text: str, loc: Loc, scope: Scope, *, strict: bool = False
    ) -> Formula | None:
        errors: list[ExpressionError] = []
        try:
            template = Template(text)
            found = check_template(template, scope, errors)
            if found not in {STRING, ANY}:
                hint = "put text around it"
                errors.append(
                    ExpressionError(f"expected text, found {found}", 0, len(text), "RV202", hint)
                )
        except ExpressionError as fault:
            errors.append(fault)
        if self._reported(loc, errors):
            return None
        if not _is_settled(text, scope):
            return MISSING
        canonical = canonical_template(text, scope)
        return Formula(canonical, compile_template(text, scope, strict=strict))

    def line(self, text: str, loc: Loc, scope: Scope) -> Formula | None:
        """Return a compiled template of a line that names an expression and its value."""
        errors: list[ExpressionError] = []
        node: Node | None = None
        self.document.read_as(loc, scope)
        try:
            node = parse(text)
            check(node, scope, errors)
        except ExpressionError as fault:
            errors.append(fault)
        if self._reported(loc, errors) or node is None:
            return None
        printed = print_expression(node)
        return self._template(f"{printed.replace('${', '$${')}: ${{{printed}}}", loc, scope)

    def arguments(
        self,
        values: Mapping[str, YamlValue],
        loc: Loc,
        scope: Scope,
        fields: Mapping[str, Field],
        *,
        complete: str | None = None,
        strict: bool = True,
    ) -> dict[str, Formula]:
        """Return values and templates for typed fields, compiled, in the order written.

        Args:
            values: what the author wrote.
            loc: its place.
            scope: the names templates may use.
            fields: what each is for.
            complete: whose fields they are, when every required one must be given.
            strict: a text with an unknown part is unknown; else the part reads ``(unknown)``.
        """
        formulas = {}
        for name, value in values.items():
            if name not in fields:
                self.report_unknown_argument(name, (*loc, name), fields)
                continue
            formula = self._argument(value, (*loc, name), scope, fields[name], strict=strict)
            if formula is not None:
                formulas[name] = formula
        if complete is not None:
            missing = [n for n, f in fields.items() if not f.optional and n not in values]
            if missing:
                self.report(loc, "RV215", f"{complete} needs {', '.join(missing)}", key=True)
        return formulas

    def report_unknown_argument(self, name: str, loc: Loc, fields: Mapping[str, Field]) -> None:
        """Report a name that is none of the fields."""
        hint = nearest(name, fields) or f"one of: {', '.join(fields) or 'nothing'}"
        self.report(loc, "RV215", f"unknown name {name!r}", hint, key=True)

    def _argument(
        self, value: YamlValue, loc: Loc, scope: Scope, field: Field, *, strict: bool
    ) -> Formula | None:
        errors: list[ExpressionError] = []
        self.document.read_as(loc, scope, is_template=True, target=field)
        check_argument(value, scope, field, errors)
        if self._reported(loc, errors):
            return None
        if not _is_settled(value, scope):
            return MISSING
        canonical = canonical_argument(value, scope)
        return Formula(canonical, _filled(value, scope, field, strict=strict))

    def _reported(self, loc: Loc, errors: Sequence[ExpressionError]) -> bool:
        for fault in errors:
            self.document.report_expression(loc, fault)
        return bool(errors)


def _filled(value: YamlValue, scope: Scope, field: Field, *, strict: bool) -> Evaluate:
    """Return the function that gives a checked argument's value."""
    if strict and isinstance(value, str) and _is_mixed(Template(value)):
        return compile_template(value, scope, strict=True)
    item = field.type.item
    if item is None or not isinstance(value, list | tuple):
        return compile_argument(value, scope, field)
    items = [_filled(one, scope, Field(item), strict=strict) for one in value]

    def fill(row: Row, env: Env) -> Value | Unknown:
        found: list[Value] = []
        for evaluate in items:
            one = evaluate(row, env)
            if isinstance(one, Unknown):
                return UNKNOWN
            found.append(one)
        return tuple(found)

    return fill


def _is_mixed(template: Template) -> bool:
    """Return whether a template has text around its expressions."""
    return bool(template.nodes) and template.single is None


def _is_settled(value: YamlValue, scope: Scope) -> bool:
    """Return whether a value that was checked reads no parameter with a fault."""
    if isinstance(value, str):
        return all(scope.is_settled(node) for node in Template(value).nodes)
    return not isinstance(value, Sequence) or all(_is_settled(one, scope) for one in value)


def canonical_template(text: str, scope: Scope) -> str:
    """Return a template with its expressions in canonical form, parameters as their values."""
    parts = Template(text).parts
    return canonical_text(p if isinstance(p, str) else scope.settled(p) for p in parts)


def canonical_argument(value: YamlValue, scope: Scope) -> str:
    """Return the canonical text of a value an author gave; texts are told from numbers."""
    if isinstance(value, str):
        return repr(canonical_template(value, scope))
    if isinstance(value, Sequence):
        return "[" + ", ".join(canonical_argument(one, scope) for one in value) + "]"
    return str(value.normalize() if isinstance(value, Decimal) else value)


def _formula(node: Node, scope: Scope) -> Formula:
    if any(fields is OPEN for fields in (scope.fields, *scope.bindings.values())):
        return MISSING  # reads something undeclared, which has been reported
    if not scope.is_settled(node):
        return MISSING
    return Formula(print_expression(node), compile_expression(node, scope))
