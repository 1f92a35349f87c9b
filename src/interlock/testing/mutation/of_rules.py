"""The small changes of rules: their conjuncts, their negations, their lengths of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.language import Document, Loc, YamlValue, expression
from interlock.language.expression import Node
from interlock.rules.checks import Written
from interlock.rules.draft import Stated
from interlock.testing.coverage import Item
from interlock.testing.coverage.conditions import RuleLook, conjunct_item
from interlock.testing.mutation.expressions import around, variants
from interlock.testing.mutation.model import Edit, Mutant

LENGTHS = ("for", "over")
"""Keys whose lengths of time are changed."""


def rule_mutants(written: Written) -> Iterator[Mutant]:
    """Yield every small change of one rule."""
    conditions = written.conditions
    look = RuleLook.of(written)
    whole = frozenset(look.items)
    for stated in (*conditions.stated, *conditions.forbidden):
        for one in stated:
            yield from _of_conjunct(written.document, one, conjunct_item(written, one))
    yield from _of_structure(written.document, (*written.loc, "when"), whole)


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
