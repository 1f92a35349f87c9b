"""The small changes of action contracts: what is required before, what is verified after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.language import Document, Loc, YamlValue, expression
from interlock.language.expression import ExpressionError
from interlock.testing.mutation.expressions import variants
from interlock.testing.mutation.model import Edit, Mutant


def action_mutants(document: Document) -> Iterator[Mutant]:
    """Yield every small change of the actions of a document."""
    actions = document.at(("actions",))
    for name, action in actions.items() if isinstance(actions, Mapping) else ():
        if isinstance(action, Mapping):
            yield from _of_action(document, ("actions", name), name, action)


def _of_action(
    document: Document, loc: Loc, name: str, action: Mapping[str, YamlValue]
) -> Iterator[Mutant]:
    requires = action.get("requires")
    if isinstance(requires, Sequence) and not isinstance(requires, str):
        for number, one in enumerate(requires):
            at = (*loc, "requires", number)
            yield Mutant(
                document.path,
                document.span(at),
                "a requirement dropped",
                Edit(at),
                action=name,
            )
            if isinstance(one, Mapping):
                yield from _of_expect(document, (*at, "expect"), name, one.get("expect"))
    verify = action.get("verify")
    if isinstance(verify, Mapping):
        yield from _of_expect(document, (*loc, "verify", "expect"), name, verify.get("expect"))


def _of_expect(document: Document, loc: Loc, name: str, text: YamlValue) -> Iterator[Mutant]:
    try:
        node = expression.parse(str(text))
    except ExpressionError:
        return
    said = expression.print_expression(node)
    for other in variants(node):
        after = expression.print_expression(other)
        change = f"{said} → {after}"
        yield Mutant(document.path, document.span(loc), change, Edit(loc, after), action=name)
