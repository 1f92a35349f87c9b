"""Which alpha tests an element passes, touching only the tests that can change.

The comparisons of all patterns on one signal or fact form a tree.  Equalities are looked up in
a hash table by value, orderings are cut out of a sorted list of thresholds by bisection; only
what is left (inequalities, predicates) is tested one by one, and only for patterns whose other
tests passed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from interlock.language.values import UNKNOWN, Value
from interlock.rules.model import Row, UnknownTest
from interlock.rules.network import Comparison, Operator
from interlock.rules.plan import Alpha

_NO_OTHERS: Mapping[str, Row] = {}

Undecided: TypeAlias = tuple[Alpha, str]
"""An alpha whose tests did not fail, and the first of them that could not be decided."""

_Work: TypeAlias = tuple[Alpha, tuple[Comparison, ...]]


@dataclass(slots=True)
class _Thresholds:
    """Subtrees behind one ordering of one field, sorted by constant."""

    field: str
    operator: Operator
    constants: list[int]
    children: list[_Node]

    def passed(self, value: int) -> list[_Node]:
        """Return the children whose constant the value compares well with."""
        match self.operator:
            case Operator.GT:
                return self.children[: bisect_left(self.constants, value)]
            case Operator.GE:
                return self.children[: bisect_right(self.constants, value)]
            case Operator.LT:
                return self.children[bisect_right(self.constants, value) :]
            case _:
                return self.children[bisect_left(self.constants, value) :]


@dataclass(slots=True)
class _Node:
    """Alphas that share the comparisons made on the way here."""

    passed: list[Alpha] = field(default_factory=list)
    tested: list[tuple[Alpha, tuple[tuple[str, Value], ...]]] = field(default_factory=list)
    equal: list[tuple[str, dict[Value, _Node]]] = field(default_factory=list)
    ordered: list[_Thresholds] = field(default_factory=list)

    def follow(self, row: Row, nodes: list[_Node]) -> None:
        """Append the subtrees whose comparison the row passes."""
        for name, table in self.equal:
            child = table.get(row.get(name))  # type: ignore[arg-type]  # None is no key
            if child is not None:
                nodes.append(child)
        for thresholds in self.ordered:
            value = row.get(thresholds.field)
            if value is not None:
                nodes += thresholds.passed(value)  # type: ignore[arg-type]  # typed by the loader


class Discriminator:
    """Finds the alphas that an element passes."""

    def __init__(self, alphas: Iterable[Alpha]) -> None:
        by_type: dict[str, list[Alpha]] = {}
        for alpha in alphas:
            by_type.setdefault(alpha.type, []).append(alpha)
        self._shared: dict[tuple[Alpha, ...], tuple[Alpha, ...]] = {}
        self._roots = {name: _root(group) for name, group in by_type.items()}

    def knows(self, name: str) -> bool:
        """Return whether any pattern looks at this signal or fact."""
        return name in self._roots

    def passed(self, name: str, row: Row) -> tuple[tuple[Alpha, ...], tuple[Undecided, ...]]:
        """Return the alphas an element passes, by number, and those it can be said of neither.

        An undecided alpha of a negation is among the passed ones too: what may forbid, forbids.
        """
        root = self._roots.get(name)
        if root is None:
            return (), ()
        passed: list[Alpha] = []
        undecided: list[Undecided] = []
        nodes = [root]
        for node in nodes:  # grows while it is walked
            passed += node.passed
            if node.equal or node.ordered:
                node.follow(row, nodes)
            if node.tested:
                _test(node, row, passed, undecided)
        if len(passed) > 1:
            passed.sort(key=_number)
        alphas = tuple(passed)  # elements that pass the same share one tuple
        return self._shared.setdefault(alphas, alphas), tuple(undecided)


def doubts(undecided: Iterable[Undecided], element_id: str) -> set[UnknownTest]:
    """Return the undecided tests of an element, one for each pattern that makes them."""
    return {
        UnknownTest(rule.id, alias, text, element_id)
        for alpha, text in undecided
        for rule, alias in alpha.readers
    }


def _number(alpha: Alpha) -> int:
    return alpha.number


def _test(node: _Node, row: Row, passed: list[Alpha], undecided: list[Undecided]) -> None:
    for alpha, unequal in node.tested:
        if any(row.get(name) == constant for name, constant in unequal):
            continue
        doubt: str | None = None
        for predicate in alpha.predicates:
            verdict = predicate.test(row, _NO_OTHERS)
            if verdict is False:
                break
            if verdict is UNKNOWN and doubt is None:
                doubt = predicate.text
        else:
            if doubt is not None:
                undecided.append((alpha, doubt))
            if doubt is None or alpha.lenient:
                passed.append(alpha)


def _root(alphas: Sequence[Alpha]) -> _Node:
    work = [(alpha, alpha.comparisons) for alpha in alphas]
    popular = Counter(
        (test.field, constant)
        for _, tests in work
        for test in tests
        for constant in _constants(test)
    )
    return _node(work, popular)


def _node(work: Iterable[_Work], popular: Counter[tuple[str, Value]]) -> _Node:
    node = _Node()
    equal: dict[str, dict[Value, list[_Work]]] = {}
    ordered: dict[tuple[str, Operator], dict[int, list[_Work]]] = {}
    for alpha, tests in work:
        split = _split(tests, popular)
        if split is None:
            _settle(node, alpha, tests)
            continue
        test, rest = split
        if test.operator in {Operator.EQ, Operator.IN}:
            for constant in dict.fromkeys(_constants(test)):
                equal.setdefault(test.field, {}).setdefault(constant, []).append((alpha, rest))
        else:
            bounds = ordered.setdefault((test.field, test.operator), {})
            bounds.setdefault(test.constant, []).append((alpha, rest))  # type: ignore[arg-type]
    node.equal = [
        (name, {constant: _node(group, popular) for constant, group in table.items()})
        for name, table in sorted(equal.items())
    ]
    node.ordered = [
        _thresholds(name, operator, bounds, popular)
        for (name, operator), bounds in sorted(ordered.items())
    ]
    return node


def _thresholds(
    name: str,
    operator: Operator,
    bounds: Mapping[int, list[_Work]],
    popular: Counter[tuple[str, Value]],
) -> _Thresholds:
    constants = sorted(bounds)
    children = [_node(bounds[constant], popular) for constant in constants]
    return _Thresholds(name, operator, constants, children)


def _settle(node: _Node, alpha: Alpha, tests: tuple[Comparison, ...]) -> None:
    """Place an alpha that has only inequalities and predicates left."""
    if tests or alpha.predicates:
        node.tested.append((alpha, tuple((test.field, test.constant) for test in tests)))
    else:
        node.passed.append(alpha)


def _split(
    tests: tuple[Comparison, ...], popular: Counter[tuple[str, Value]]
) -> tuple[Comparison, tuple[Comparison, ...]] | None:
    """Take out the comparison to look up next: the equality fewest others share, else an order."""
    indexed = [test for test in tests if test.operator is not Operator.NE]
    if not indexed:
        return None

    def cost(test: Comparison) -> tuple[int, int, str]:
        if test.operator in {Operator.EQ, Operator.IN}:
            return (0, sum(popular[test.field, c] for c in _constants(test)), test.text)
        return (1, 0, test.text)

    chosen = min(indexed, key=cost)
    return chosen, tuple(test for test in tests if test is not chosen)


def _constants(test: Comparison) -> Iterator[Value]:
    if test.operator is Operator.IN and isinstance(test.constant, tuple):
        yield from test.constant
    elif test.operator is Operator.EQ:
        yield test.constant
