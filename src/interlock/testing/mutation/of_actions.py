"""The small changes of action contracts: before, during and after, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.language import Document, Loc
from interlock.testing.mutation.conditions import condition_mutants
from interlock.testing.mutation.model import Edit, Mutant, Site
from interlock.testing.mutation.operators import Operator

_NO_WAY_BACK = "a mutant has none"


def action_mutants(document: Document) -> Iterator[Mutant]:
    """Yield every small change of the actions of a document."""
    actions = Site(document).read(("actions",))
    for name in actions if isinstance(actions, Mapping) else ():
        site, loc = Site(document, actions=frozenset({name})), ("actions", name)
        yield from _of_requirements(site, (*loc, "requires"))
        yield from _of_verification(site, (*loc, "verify"))
        yield from site.stepped(Operator.TIMEOUT, (*loc, "timeout"))
        yield from site.stepped(Operator.TIMEOUT, (*loc, "evidence", "max_age"))
        yield from _of_rollback(site, loc)


def _of_requirements(site: Site, loc: Loc) -> Iterator[Mutant]:
    for number, _ in enumerate(site.listed(loc)):
        yield site.mutant(Operator.REQUIREMENT, "a requirement dropped", Edit((*loc, number)))
        yield from condition_mutants(site, (*loc, number, "expect"))


def _of_verification(site: Site, loc: Loc) -> Iterator[Mutant]:
    if site.read(loc) is None:
        return
    seen = Edit((*loc, "expect"), "true")  # without any it would be no contract
    yield site.mutant(Operator.VERIFICATION, "`verify` sees what it likes", seen)
    yield from condition_mutants(site, (*loc, "expect"))
    yield from site.stepped(Operator.VERIFICATION, (*loc, "within"))
    yield from site.paced(Operator.VERIFICATION, (*loc, "every"))
    yield from site.stepped(Operator.VERIFICATION, (*loc, "consecutive"), least=1)


def _of_rollback(site: Site, loc: Loc) -> Iterator[Mutant]:
    """Yield the mutant without a way back; a contract has to say so, or it would be no contract."""
    action = site.read(loc)
    if isinstance(action, Mapping) and "rollback" in action:
        rest = {key: value for key, value in action.items() if key != "rollback"}
        after = {**rest, "reversible": False, "irreversible_because": _NO_WAY_BACK}
        span = site.document.span((*loc, "rollback"), key=True)
        edit = Edit(loc, after)
        yield site.mutant(Operator.ROLLBACK, "`rollback` dropped", edit, span=span)
