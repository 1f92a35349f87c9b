"""What a rule base watches over time: compiled once, shared by the rules that ask for the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from typing_extensions import override

from interlock.digest import digest
from interlock.language.values import Value
from interlock.rules.elements import Element
from interlock.rules.network import Comparison, ElementKind, Pattern, Predicate

Slot: TypeAlias = tuple[str, tuple[Value, ...]]
"""A watch's name and what tells one of its runs from another."""


SINCE: Final = "since"
"""The field of what lasts: when it began."""


@dataclass(frozen=True, slots=True)
class Hold:
    """``for``: elements of one key pass the same tests without a break for so long.

    Attributes:
        kind: signal or fact.
        subject: the declared name.
        key: fields that tell one run from another; empty: every occurrence is a run of its own.
        comparisons, predicates: the tests of an element alone, which end the run when they fail.
        lasts_ms: how long the run must last.
        name: the type of the elements derived, equal for equal watches alone.
    """

    kind: ElementKind
    subject: str
    key: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    predicates: tuple[Predicate, ...]
    lasts_ms: int
    name: str = field(compare=False)

    @property
    def sample(self) -> Pattern:
        """The pattern that an element of a run meets."""
        return Pattern("", self.kind, self.subject, self.comparisons, self.predicates)

    def slot(self, element: Element) -> Slot:
        """Return which run an element belongs to."""
        return self.name, element.key if self.key else (element.id,)


def hold(pattern: Pattern, key: Sequence[str], lasts_ms: int) -> Hold:
    """Return the watch for a pattern that must last.

    Args:
        pattern: what an element must be; its tests of other elements are not watched.
        key: fields that tell one run from another.
        lasts_ms: how long it must last.
    """
    content = ["hold", *map(str, pattern.alpha_key[:2]), *pattern.alpha_key[2:], [*key], lasts_ms]
    return Hold(
        kind=pattern.kind,
        subject=pattern.type,
        key=tuple(key),
        comparisons=pattern.comparisons,
        predicates=pattern.predicates,
        lasts_ms=lasts_ms,
        name=f"{pattern.type}#{digest(content)[:32]}",
    )


@dataclass(frozen=True, slots=True)
class TimedPattern(Pattern):
    """A pattern that is met by what a watch derives, not by signals and facts themselves.

    Attributes:
        watch: what derives them; ``type`` is its name.
    """

    watch: Hold = field(kw_only=True)

    @property
    @override
    def declared(self) -> str:
        return self.watch.subject
