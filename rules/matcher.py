"""The reference matcher: hash joins of the elements in memory.  The meaning of the language.

A match binds each pattern of a rule to one element, no element twice, so that every test is
true.  A negation forbids a match while an element outside the match may satisfy it: a test
that cannot be decided forbids, because nothing may act on what is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter

from interlock.errors import InvariantBroken
from interlock.language.values import UNKNOWN
from interlock.rules.elements import UNBOUND, Element
from interlock.rules.model import UnknownTest
from interlock.rules.multimap import Multimap
from interlock.rules.network import Rule
from interlock.rules.plan import Alpha, Blocker, Bound, Check, Fields, Plan, Step

_ID = attrgetter("id")


VISITS_PER_ACTIVATION = 1_000
"""How many candidates a step may look at in joins, for each activation its fuel allows."""


class FuelExhausted(Exception):
    """A step formed too many activations or looked at too many candidates.

    Both are counted, not timed, so the same step gives up at the same point anywhere.
    """


class AlphaMemory:
    """The live elements that pass one alpha, with the hash indexes the plans ask for."""

    __slots__ = ("_all", "_indexes")

    def __init__(self, indexes: Iterable[Fields], *, scanned: bool) -> None:
        """Begin empty.

        Args:
            indexes: the fields elements are looked up by.
            scanned: whether they are looked up by none.
        """
        self._all: dict[str, Element] | None = {} if scanned else None
        self._indexes = {
            fields: (itemgetter(*fields), Multimap[object, Element](_ID)) for fields in indexes
        }

    def add(self, element: Element) -> None:
        """Put an element in."""
        if self._all is not None:
            self._all[element.id] = element
        for key_of, index in self._indexes.values():
            index.add(key_of(element.row), element)

    def remove(self, element: Element) -> None:
        """Take an element out."""
        if self._all is not None:
            del self._all[element.id]
        for key_of, index in self._indexes.values():
            index.remove(key_of(element.row), element)

    def find(self, fields: Fields, key: object) -> Collection[Element]:
        """Return the elements whose ``fields`` have the values of ``key``; all without fields.

        Args:
            fields: one of the indexes this memory was made with, or empty where it is scanned.
            key: the value of a single field, or a tuple of values.

        Raises:
            InvariantBroken: it was not made to be looked up so.
        """
        if fields:
            return self._indexes[fields][1].of(key)
        if self._all is None:
            raise InvariantBroken("a memory that keeps no list of its elements was scanned")
        return self._all.values()


class Matcher:
    """Runs plans over alpha memories.

    Attributes:
        memories: one for each alpha, by number.
        visits: how many more candidates this step may look at.
        doubts: tests that could not be decided since the caller last emptied it.
    """

    def __init__(self, alphas: Sequence[Alpha]) -> None:
        self.memories = [AlphaMemory(alpha.indexes, scanned=alpha.scanned) for alpha in alphas]
        self.visits = 0
        self.doubts: set[UnknownTest] = set()

    def matches(self, plan: Plan, element: Element) -> list[tuple[Element, ...]]:
        """Return every match of the plan's rule with ``element`` at its start.

        Raises:
            FuelExhausted: there are too many candidates to look at.
        """
        size = len(plan.rule.patterns)
        start = [UNBOUND] * (size + 1)
        start[plan.start] = element
        partial = [start]
        for step in plan.steps:
            partial = [wider for bound in partial for wider in self._extend(plan, step, bound)]
            if not partial:
                break
        return [tuple(bound[:size]) for bound in partial]

    def _extend(self, plan: Plan, step: Step, bound: list[Element]) -> Iterator[list[Element]]:
        candidates = self.memories[step.alpha].find(step.index, probe_key(step.probe, bound))
        self._visit(len(candidates))
        for candidate in candidates:
            if candidate in bound or (plan.mixes and _is_among(bound, candidate)):
                continue
            wider = bound.copy()
            wider[step.place] = candidate
            if not step.checks or self._holds(plan, step.checks, wider):
                yield wider

    def _holds(self, plan: Plan, checks: Sequence[Check], bound: Bound) -> bool:
        verdict = judge(checks, bound)
        if isinstance(verdict, Check):
            self._doubt(plan.rule, verdict, bound)
        return verdict is True

    def forbidden(self, blockers: Iterable[Blocker], match: Sequence[Element]) -> bool:
        """Return whether an element outside the match satisfies one of its rule's negations.

        Raises:
            FuelExhausted: there are too many candidates to look at.
        """
        return any(self._forbids(blocker, match) for blocker in blockers)

    def _forbids(self, blocker: Blocker, match: Sequence[Element]) -> bool:
        candidates = self.memories[blocker.alpha].find(
            blocker.index, probe_key(blocker.probe, match)
        )
        self._visit(len(candidates))
        for candidate in candidates:
            if candidate in match or (blocker.mixes and _is_among(match, candidate)):
                continue
            if self.forbids(blocker, match, candidate):
                return True
        return False

    def forbids(self, blocker: Blocker, match: Sequence[Element], candidate: Element) -> bool:
        """Return whether a candidate with the right index key forbids the match."""
        bound = (*match, candidate)
        verdict = judge(blocker.checks, bound)
        if isinstance(verdict, Check):
            self._doubt(blocker.rule, verdict, bound)
        return verdict is not False

    def _visit(self, candidates: int) -> None:
        self.visits -= candidates
        if self.visits < 0:
            raise FuelExhausted

    def _doubt(self, rule: Rule, check: Check, bound: Bound) -> None:
        self.doubts.add(UnknownTest(rule.id, check.alias, check.text, bound[check.owner].id))


def _is_among(bound: Bound, candidate: Element) -> bool:
    """Return whether an element is one of those bound, or stands for the same as one of them."""
    return any(candidate.origin is one.origin for one in bound)


def judge(checks: Sequence[Check], bound: Bound) -> bool | Check:
    """Return whether all checks hold, or the first that cannot be decided when none is false."""
    doubt: Check | None = None
    for check in checks:
        verdict = check.holds(bound)
        if verdict is False:
            return False
        if verdict is UNKNOWN and doubt is None:
            doubt = check
    return doubt or True


def probe_key(probe: Sequence[tuple[int, str]], bound: Bound) -> object:
    """Return the key to look up: one value, or a tuple of them."""
    if len(probe) == 1:
        place, name = probe[0]
        return bound[place].row[name]
    return tuple([bound[place].row[name] for place, name in probe])
