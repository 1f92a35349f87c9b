"""The small changes of rules: conjuncts, negations, lengths of time, restraints, precedence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from interlock.language import Document, Loc, expression
from interlock.language.expression import Node
from interlock.language.values import format_value
from interlock.rules.checks import Written
from interlock.rules.draft import Stated
from interlock.testing.coverage.absences import Listened
from interlock.testing.coverage.conditions import RuleLook, as_written, conjunct_item
from interlock.testing.mutation.expressions import is_same, variants, where_true
from interlock.testing.mutation.model import Edit, Mutant, Site
from interlock.testing.mutation.operators import Operator
from interlock.testing.mutation.steps import in_yaml

LENGTHS = ("for", "over", "within", "after_start")
"""Keys whose lengths of time are changed."""

MOST_SALIENCE = 1_000


def rule_mutants(written: Written) -> Iterator[Mutant]:
    """Yield every small change of one rule, or of one branch of it."""
    document, conditions = written.document, written.conditions
    look = RuleLook.of(written)
    site = Site(document, frozenset(look.items))
    for stated in (*conditions.stated, *conditions.counted.values()):
        for one in stated:
            others = [other.node for other in stated if other is not one]
            yield from _of_conjunct(written, one, others)
    awaited = (one.stated for one in conditions.awaited)
    for stated in (*conditions.forbidden, *awaited, *conditions.heard):
        for one in stated:
            yield from _of_conjunct(written, one, None)
    for listened in look.absences:
        yield from _of_listed(document, listened)
    yield from _of_structure(site, (*written.loc, "when"))
    yield from _of_restraints(site, written.loc)


def _of_listed(document: Document, listened: Listened) -> Iterator[Mutant]:
    """Yield for each listed value the mutant that does not listen for it."""
    site = Site(document, frozenset({listened.item}))
    for test in listened.absence.listed:
        values = test.constant if isinstance(test.constant, tuple) else ()
        for value in values:
            rest = [in_yaml(one, test.type) for one in values if one != value]
            change = f"{test.field}: {format_value(value, test.type)} dropped"
            edit = Edit((*listened.loc, "key", test.field), rest)
            yield site.mutant(Operator.LISTENED, change, edit)


def _of_restraints(site: Site, loc: Loc) -> Iterator[Mutant]:
    """Yield the mutants of what keeps a rule from firing."""
    yield from site.stepped(Operator.COOLDOWN, (*loc, "cooldown"))
    for key, operator in (("cooldown", Operator.COOLDOWN), ("once_per", Operator.ONCE_PER)):
        if site.read((*loc, key)) is not None:
            yield site.mutant(operator, f"`{key}` dropped", Edit((*loc, key)))
    yield from site.without(Operator.ONCE_PER, (*loc, "once_per"), least=1)
    yield from _of_exceptions(site, (*loc, "except"))


def _of_exceptions(site: Site, loc: Loc) -> Iterator[Mutant]:
    for number, one in enumerate(site.listed(loc)):
        named = one.get("id") if isinstance(one, Mapping) else number
        yield site.mutant(Operator.EXCEPTION, f"exception {named} dropped", Edit((*loc, number)))


def _of_conjunct(
    written: Written, stated: Stated, others: Sequence[Node] | None
) -> Iterator[Mutant]:
    """Yield the mutants of one conjunct; ``others`` must hold with it, None in a negation."""
    document, item = written.document, conjunct_item(written, stated)
    parts, number = as_written(document, stated)
    node, site = parts[number], Site(document, frozenset({item}))
    beside = None if others is None else where_true(others, stated.scope)

    def mutant(operator: Operator, change: str, after: Node | None) -> Mutant:
        rest = [*parts[:number], *([] if after is None else [after]), *parts[number + 1 :]]
        text = " && ".join(_bracketed(one) for one in rest)
        edit = Edit(stated.loc, text) if rest else Edit(stated.loc)
        same = is_same(node, after, stated.scope, beside)
        return site.mutant(operator, change, edit, span=item.span, is_same=same)

    said = expression.print_expression(node)
    yield mutant(Operator.CONJUNCT, f"{said} dropped", None)
    for operator, other in variants(node, stated.scope):
        yield mutant(operator, f"{said} → {expression.print_expression(other)}", other)


def _bracketed(node: Node) -> str:
    text = expression.print_expression(node)
    return text if len(expression.conjuncts(node)) == 1 and "||" not in text else f"({text})"


def _of_structure(site: Site, loc: Loc) -> Iterator[Mutant]:
    """Yield the mutants of negations and of lengths of time, however deep."""
    data = site.document.at(loc)
    if isinstance(data, Mapping):
        for key in data:
            if key in LENGTHS:
                yield from site.stepped(Operator.LENGTH, (*loc, key))
            elif key != "where":
                yield from _of_structure(site, (*loc, key))
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for number, value in enumerate(data):
            at = (*loc, number)
            if isinstance(value, Mapping) and "not" in value and len(data) > 1:
                yield site.mutant(Operator.NEGATION, "`not` dropped", Edit(at))
            yield from _of_structure(site, at)


def precedence_mutants(written: Sequence[Written]) -> Iterator[tuple[Document, Mutant]]:
    """Yield, with its document, each rule that overtakes the next one of its exclusive group."""
    groups: dict[str, dict[str, Written]] = {}
    for one in written:
        if one.rule.exclusive is not None:
            groups.setdefault(one.rule.exclusive, {}).setdefault(one.rule.id, one)
    for group in groups.values():
        ordered = sorted(group.values(), key=lambda one: one.rule.salience)
        taken = {one.rule.salience for one in ordered}
        for low, high in pairwise(ordered):
            free = (n for n in range(high.rule.salience + 1, MOST_SALIENCE + 1) if n not in taken)
            if (above := next(free, None)) is not None:
                near = (*RuleLook.of(low).items, *RuleLook.of(high).items)
                site = Site(low.document, frozenset(near))
                change = f"salience: {low.rule.salience} → {above}, above {high.rule.id}"
                edit = Edit((*low.loc, "salience"), above)
                yield low.document, site.mutant(Operator.SALIENCE, change, edit)


def overlay_mutants(document: Document, written: Sequence[Written]) -> Iterator[Mutant]:
    """Yield every small change of an overlay: an exception dropped, another cooldown."""
    target = document.at(("target",))
    items = (item for one in written if one.rule.id == target for item in RuleLook.of(one).items)
    site = Site(document, frozenset(items))
    yield from _of_exceptions(site, ("add", "except"))
    yield from site.stepped(Operator.COOLDOWN, ("replace", "cooldown"))
