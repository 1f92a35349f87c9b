"""RV507: something in use leans on what its author calls unfinished.

A draft is a machine or an action with ``status: draft``; of rules, one in shadow, whose facts are
nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from interlock.language.document import Document, Loc
from interlock.server.lint.parts import Part, actions_of, listed, machines_of, rules_of

_RUNS = frozenset({"run", "notify"})
"""Keys of a machine under which an action stands."""

_References: TypeAlias = Iterable[tuple[Loc, object]]


def check_drafts(documents: Sequence[Document]) -> None:
    """Report what an active rule, machine or action needs of a draft."""
    machines = {m["id"] for d in documents for _, m, _ in machines_of(d) if _is_draft(m)}
    actions = {name for d in documents for _, name, a in actions_of(d) if _is_draft(a)}
    status = _Statuses(documents)
    facts = status.shadow - status.active
    for document in documents:
        for loc, rule, head in rules_of(document):
            if status.of(rule, head) == "active":
                _refer(document, _starts(loc, rule), machines, "machine", "is a draft")
                _refer(
                    document, _reads(loc, rule), facts, "fact", "comes from rules in shadow alone"
                )
        for loc, machine, _ in machines_of(document):
            if not _is_draft(machine):
                _refer(document, _runs(loc, machine), actions, "action", "is a draft")
        for loc, _, action in actions_of(document):
            if not _is_draft(action):
                _refer(document, _rollback(loc, action), actions, "action", "is a draft")


class _Statuses:
    """Which rules are in shadow, overlays counted, and the facts they assert.

    Attributes:
        active, shadow: facts asserted by some rule of that status.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._replaced = dict(_replaced(documents))
        self.active: set[object] = set()
        self.shadow: set[object] = set()
        for document in documents:
            for _, rule, head in rules_of(document):
                asserted = {one.get("assert") for one in listed(rule.get("then"))} - {None}
                found = self.shadow if self.of(rule, head) == "shadow" else self.active
                found.update(asserted)

    def of(self, rule: Part, head: Part) -> object:
        """Return the status of a rule."""
        package, name = head.get("package"), rule.get("id")
        whole = f"{package}/{name}" if package else name
        return self._replaced.get(whole) or rule.get("status", "active")


def _replaced(documents: Iterable[Document]) -> Iterator[tuple[object, object]]:
    for document in documents:
        data = document.data
        if document.kind == "overlay/v1" and isinstance(data, Mapping):
            replace = data.get("replace")
            if isinstance(replace, Mapping) and "status" in replace:
                yield data.get("target"), replace["status"]


def _is_draft(part: Part) -> bool:
    return part.get("status") == "draft"


def _starts(loc: Loc, rule: Part) -> Iterator[tuple[Loc, object]]:
    for number, one in enumerate(listed(rule.get("then"))):
        if "start" in one:
            yield (*loc, "then", number, "start"), one["start"]


def _reads(loc: Loc, rule: Part) -> _References:
    """Yield the facts that must be there; what is only forbidden or counted is not leant on."""
    yield from _facts((*loc, "when"), rule.get("when"))


def _facts(loc: Loc, value: object) -> Iterator[tuple[Loc, object]]:
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _facts((*loc, number), one)
    elif isinstance(value, Mapping):
        if "fact" in value:
            yield (*loc, "fact"), value["fact"]
        yield from _facts((*loc, "any"), value.get("any"))


def _runs(loc: Loc, machine: Part) -> _References:
    yield from _named((*loc, "states"), machine.get("states"))


def _named(loc: Loc, value: object) -> Iterator[tuple[Loc, object]]:
    entries: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, Mapping):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for key, below in entries:
        if key in _RUNS and isinstance(below, str):
            yield (*loc, key), below
        else:
            yield from _named((*loc, key), below)


def _rollback(loc: Loc, action: Part) -> _References:
    back = action.get("rollback")
    if isinstance(back, Mapping):
        yield (*loc, "rollback", "action"), back.get("action")


def _refer(
    document: Document, references: _References, drafts: Collection[object], what: str, why: str
) -> None:
    for loc, name in references:
        if name in drafts:
            hint = "finish it first, or keep what needs it back, too"
            document.report(loc, "RV507", f"{what} {name!r} {why}", hint, warning=True)
