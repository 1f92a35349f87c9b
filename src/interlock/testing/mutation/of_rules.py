"""The small changes of rules: conjuncts, negations, what is listened for, lengths of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from interlock.language import Document, Kind, Loc, Type, Value, YamlValue, expression
from interlock.language.expression import Node
from interlock.language.values import format_value
from interlock.rules.checks import Written
from interlock.rules.draft import Stated
from interlock.testing.coverage import Item
from interlock.testing.coverage.absences import Listened
from interlock.testing.coverage.conditions import RuleLook, conjunct_item
from interlock.testing.mutation.expressions import around, variants
from interlock.testing.mutation.model import Edit, Mutant

LENGTHS = ("for", "over", "after_start")
"""Keys whose lengths of time are changed."""


def rule_mutants(written: Written) -> Iterator[Mutant]:
    """Yield every small change of one rule."""
    conditions = written.conditions
    look = RuleLook.of(written)
    whole = frozenset(look.items)
    for stated in (*conditions.stated, *conditions.forbidden, *conditions.heard):
        for one in stated:
            yield from _of_conjunct(written.document, one, conjunct_item(written, one))
    for listened in look.absences:
        yield from _of_listed(written.document, listened)
    yield from _of_structure(written.document, (*written.loc, "when"), whole)


def _of_listed(document: Document, listened: Listened) -> Iterator[Mutant]:
    """Yield for each listed value the mutant that does not listen for it."""
    for test in listened.absence.listed:
        values = test.constant if isinstance(test.constant, tuple) else ()
        for value in values:
            rest = [_in_yaml(one, test.type) for one in values if one != value]
            at = (*listened.loc, "key", test.field)
            change = f"{test.field}: {format_value(value, test.type)} dropped"
            near = frozenset({listened.item})
            yield Mutant(document.path, document.span(at), change, Edit(at, rest), near)


def _in_yaml(value: Value, type_: Type) -> YamlValue:
    """Return a listed value as an author writes it."""
    match type_.kind, value:
        case Kind.STRING, str():
            return value.replace("${", "$${")
        case Kind.DOUBLE, _:
            return Decimal(format_value(value, type_))
        case ((Kind.INT | Kind.BOOL), int()):
            return value
        case _:
            return format_value(value, type_)


def _of_conjunct(document: Document, stated: Stated, item: Item) -> Iterator[Mutant]:
    text = written_at(document, stated.loc)
    parts = expression.conjuncts(expression.parse(text))
    number = parts.index(stated.node)
    said = expression.print_expression(stated.node)

    def mutant(change: str, rest: Sequence[Node]) -> Mutant:
        after = " && ".join(_bracketed(one) for one in rest)
        edit = Edit(stated.loc, after) if rest else Edit(stated.loc)
        return Mutant(document.path, item.span, change, edit, frozenset({item}))

    yield mutant(f"{said} dropped", parts[:number] + parts[number + 1 :])
    for other in variants(stated.node, stated.scope):
        change = f"{said} → {expression.print_expression(other)}"
        yield mutant(change, [*parts[:number], other, *parts[number + 1 :]])


def written_at(document: Document, loc: Loc) -> str:
    """Return the text of a list of texts, which may be written as one."""
    return str(document.at(loc))


def _bracketed(node: Node) -> str:
    text = expression.print_expression(node)
    return text if len(expression.conjuncts(node)) == 1 and "||" not in text else f"({text})"


def _of_structure(document: Document, loc: Loc, items: frozenset[Item]) -> Iterator[Mutant]:
    """Yield the mutants of negations and of lengths of time, however deep."""
    data = document.at(loc)
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _of_key(document, (*loc, key), value, items)
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for number, value in enumerate(data):
            if isinstance(value, Mapping) and "not" in value and len(data) > 1:
                at = (*loc, number)
                span = document.span(at)
                yield Mutant(document.path, span, "`not` dropped", Edit(at), items)
            yield from _of_structure(document, (*loc, number), items)


def _of_key(
    document: Document, loc: Loc, value: YamlValue, items: frozenset[Item]
) -> Iterator[Mutant]:
    if loc[-1] in LENGTHS and isinstance(value, str):
        for other in around(value):
            change = f"{loc[-1]}: {value} → {other}"
            yield Mutant(document.path, document.span(loc), change, Edit(loc, other), items)
    elif loc[-1] != "where":
        yield from _of_structure(document, loc, items)
