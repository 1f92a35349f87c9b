"""The small changes of machines: where branches lead, what results are taken for, timers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.language import Loc, YamlValue, expression
from interlock.language.expression import ExpressionError
from interlock.machines import RESULTS, Trigger
from interlock.machines.definition import Branch
from interlock.testing.coverage import Item
from interlock.testing.coverage.branches import MachineLook
from interlock.testing.mutation.expressions import around, variants
from interlock.testing.mutation.model import Edit, Mutant


def machine_mutants(look: MachineLook) -> Iterator[Mutant]:
    """Yield every small change of one machine; one that several states share comes once."""
    states, seen = look.states, set[Loc]()
    done = {
        path: branch.dest
        for path, event, branch, _ in look.branches()
        if event == Trigger.DONE.value
    }
    for path, event, branch, item in look.branches():
        assert branch.origin is not None  # or it would not be written
        if branch.origin.loc not in seen:
            seen.add(branch.origin.loc)
            near = frozenset(_near(look, branch, states))
            yield from _of_branch(look, branch, item, near)
            if event in RESULTS and event != Trigger.DONE.value:
                yield from _ignored(look, branch, item, near, done.get(path))
    for path, state in states.items():
        yield from _of_state(look, path, frozenset({state}))


def _near(look: MachineLook, branch: Branch, states: Mapping[str, Item]) -> Iterator[Item]:
    """Yield the states that have a branch."""
    for path, _, other, _ in look.branches():
        if other.origin and branch.origin and other.origin.loc == branch.origin.loc:
            yield from (states[path],) if path in states else ()


def _of_branch(
    look: MachineLook, branch: Branch, item: Item, near: frozenset[Item]
) -> Iterator[Mutant]:
    assert branch.origin is not None
    loc = branch.origin.loc
    other = _another(look, branch.dest)
    if other is not None:
        yield from _led(look, loc, item, near, other)
    text = look.document.at((*loc, "if"))
    written = look.document.at(loc)
    if isinstance(written, Mapping) and isinstance(text, str) and "if" in written:
        yield from _of_text(look, (*loc, "if"), text, near, branch)


def _led(
    look: MachineLook, loc: Loc, item: Item, near: frozenset[Item], target: str
) -> Iterator[Mutant]:
    """Yield the mutant whose branch leads elsewhere."""
    written = look.document.at(loc)
    key = next((k for k in ("to", "else") if isinstance(written, Mapping) and k in written), None)
    before = written[key] if isinstance(written, Mapping) and key else written
    if isinstance(before, str) and before != target:
        at = (*loc, key) if key else loc
        change = f"{item.said}: {before} → {target}"
        yield Mutant(item.path, look.document.span(at), change, Edit(at, target), near)


def _ignored(
    look: MachineLook, branch: Branch, item: Item, near: frozenset[Item], done: str | None
) -> Iterator[Mutant]:
    """Yield the mutant that takes a result for ``done``."""
    assert branch.origin is not None
    if done is not None and done != branch.dest:
        yield from _led(look, branch.origin.loc, item, near, done.rpartition(".")[2])


def _another(look: MachineLook, dest: str | None) -> str | None:
    """Return the outermost state after the one a branch leads to."""
    names = list(dict.fromkeys(path.partition(".")[0] for path in look.states))
    if dest is None or len(names) < 2:
        return None
    here = dest.partition(".")[0]
    return names[(names.index(here) + 1) % len(names)] if here in names else None


def _of_text(
    look: MachineLook, loc: Loc, text: str, near: frozenset[Item], branch: Branch | None
) -> Iterator[Mutant]:
    """Yield the mutants of an expression."""
    try:
        node = expression.parse(text)
    except ExpressionError:
        return
    scope = branch.origin.scope if branch and branch.origin else None
    said = expression.print_expression(node)
    for other in variants(node, scope):
        after = expression.print_expression(other)
        span = look.document.span(loc)
        yield Mutant(look.document.path, span, f"{said} → {after}", Edit(loc, after), near)


def _of_state(look: MachineLook, path: str, near: frozenset[Item]) -> Iterator[Mutant]:
    loc: Loc = tuple(part for name in path.split(".") for part in ("states", name))
    state = look.document.at(loc)
    if not isinstance(state, Mapping):
        return
    yield from _of_timers(look, loc, state, near)
    wait = state.get("wait")
    if isinstance(wait, Mapping):
        where = wait.get("where")
        texts = [where] if isinstance(where, str) else list(where or ())  # type: ignore[arg-type]
        for number, text in enumerate(texts):
            yield from _of_text(look, (*loc, "wait", "where", number), str(text), near, None)
        yield from _of_length(look, (*loc, "wait", "hold"), wait.get("hold"), near)
    approve = state.get("approve")
    if isinstance(approve, Mapping):
        yield from _of_length(look, (*loc, "approve", "expires"), approve.get("expires"), near)


def _of_timers(
    look: MachineLook, loc: Loc, state: Mapping[str, YamlValue], near: frozenset[Item]
) -> Iterator[Mutant]:
    after = state.get("after")
    for written in after if isinstance(after, Mapping) else ():
        for other in around(written):
            at = (*loc, "after", written)
            span = look.document.span(at, key=True)
            change = f"after: {written} → {other}"
            yield Mutant(look.document.path, span, change, Edit(at, key=other), near)


def _of_length(
    look: MachineLook, loc: Loc, written: YamlValue, near: frozenset[Item]
) -> Iterator[Mutant]:
    if isinstance(written, str):
        for other in around(written):
            change = f"{loc[-1]}: {written} → {other}"
            yield Mutant(
                look.document.path, look.document.span(loc), change, Edit(loc, other), near
            )
