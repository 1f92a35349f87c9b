"""Where the parts of a runbook are written: its machine, rules, actions and scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.language.document import Document


@dataclass(frozen=True)
class Part:
    """A part of a runbook.

    Attributes:
        what: in words.
        paths: the files it is written in, sorted.
        note: more about it; may be empty.
    """

    what: str
    paths: Sequence[str]
    note: str = ""


def parts_of(
    machine: str, rules: Iterable[str], actions: Iterable[str], documents: Sequence[Document]
) -> list[Part]:
    """Return the parts of a runbook that are written somewhere.

    Args:
        machine: its id.
        rules: the files of the rules that start it.
        actions: the names of the actions it runs, with those that take them back.
        documents: of its bundle, scenarios among them.
    """
    own = [one.path for one in documents if one.kind == "machine/v1" and one.at(("id",)) == machine]
    wanted = set(actions)
    acts = [one.path for one in documents if wanted & _keys(one, "actions", "actions/v1")]
    tests = {one.path: count for one in documents if (count := _about(machine, one))}
    scenarios = sum(tests.values())
    found = [
        Part("machine", own),
        Part("rules", sorted(set(rules))),
        Part("actions", sorted(set(acts))),
        Part("tests", sorted(tests), f"{scenarios} scenario{'s' * (scenarios != 1)}"),
    ]
    return [one for one in found if one.paths]


def _keys(document: Document, key: str, kind: str) -> set[str]:
    held = document.at((key,)) if document.kind == kind else None
    return set(held) if isinstance(held, Mapping) else set()


def _about(machine: str, document: Document) -> int:
    """Return how many scenarios a document has, if one of them says it covers the machine."""
    scenarios = list(_scenarios(document))
    covered = {str(name) for one in scenarios for name in _listed(one.get("covers"))}
    return len(scenarios) if machine in covered else 0


def _scenarios(document: Document) -> Iterator[Mapping[str, object]]:
    if document.kind == "test/v1":
        yield from (one for one in _listed(document.at(("scenarios",))) if isinstance(one, Mapping))


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
