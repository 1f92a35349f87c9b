"""What an expression may read: this element's fields and those of earlier bindings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from typing_extensions import override

from interlock.language.expression.parameters import (
    NO_PARAMETERS,
    PARAMS,
    Parameters,
    reads_parameters,
)
from interlock.language.expression.syntax import (
    Call,
    Conditional,
    Logical,
    Name,
    Node,
    Quantifier,
    Select,
    Unary,
    children,
    with_children,
)
from interlock.language.values import ANY, Field

if TYPE_CHECKING:
    from interlock.language.expression.typed import Typed

Path: TypeAlias = tuple[str, str]
"""An (alias, field) pair; the alias of a bare name is ``""``."""

MOMENT: Final = "$moment"
"""The binding that tells ``ago(timestamp)`` when it is read: one timestamp field ``at``.  No
author can name it."""


class _Open(Mapping[str, Field]):
    """The fields of something undeclared: every name reads as ANY."""

    @override
    def __getitem__(self, name: str) -> Field:
        return Field(ANY)

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0

    @override
    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)


OPEN: Mapping[str, Field] = _Open()
"""Stands for the fields of an undeclared signal or fact after it was reported, so that reading
them reports nothing more."""


@dataclass(frozen=True)
class Scope:
    """The names an expression may use and what they hold."""

    fields: Mapping[str, Field]
    """Fields of this element, read by their bare names."""
    bindings: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    """Fields of earlier bindings, read as ``alias.field``."""
    present: frozenset[Path] = frozenset()
    """Optional fields an earlier conjunct asked ``has`` about; they may be read (no RV204)."""
    parameters: Parameters = NO_PARAMETERS
    """What ``params.x`` stands for."""
    items: Mapping[str, Field] = field(default_factory=dict)
    """What the quantifier around calls the item at hand, read by its bare name."""

    scalars: Mapping[str, Path] = field(default_factory=dict)
    """Bindings that are a value, read by their bare names, and where that value is held."""

    checked: dict[int, tuple[Node, Typed]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    """What `resolve` found sound in this scope, by the identity of the node, which is kept alive:
    a conjunct is checked, sorted and compiled one after the other."""
    filled: dict[tuple[str, bool], Typed] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    """The same of templates: by their text, and whether they are to be strict."""

    def knowing(self, paths: frozenset[Path]) -> Scope:
        """Return this scope with more optional fields known to be present."""
        return self if paths <= self.present else replace(self, present=self.present | paths)

    def settled(self, node: Node) -> Node:
        """Return an expression with its parameters replaced by their values.

        The name of a binding that is a value is replaced by where that value is held.
        """
        held = _held(node, self.scalars) if self.scalars else node
        return held if PARAMS in self.bindings else self.parameters.settled(held)

    def is_settled(self, node: Node) -> bool:
        """Return whether an expression reads no parameter whose value has a fault."""
        return PARAMS in self.bindings or not reads_parameters(self.settled(node))

    def over(self, item: str, field: Field) -> Scope:
        """Return this scope inside a quantifier that calls the item at hand so."""
        return replace(self, items={**self.items, item: field})


def _held(node: Node, scalars: Mapping[str, Path]) -> Node:
    match node:
        case Name(name=name) if name in scalars:
            alias, held = scalars[name]
            place = node.start, node.end
            return Select(*place, Name(*place, alias), held) if alias else Name(*place, held)
        case Select(operand=Name()):
            return node
        case Quantifier(item=item) if item in scalars:
            return node
        case _:
            return with_children(node, tuple(_held(one, scalars) for one in children(node)))


def proven(node: Node) -> frozenset[Path]:
    """Return the optional fields that are present whenever ``node`` is true.

    Stronger: without them ``node`` is false, never unknown.

    Example:
        ``proven(parse('has(previous) && x > 1')) == {("", "previous")}``; pass it on with
        ``scope.knowing(...)`` to check later conjuncts.
    """
    return _settled(node, truth=True)


def refuted(node: Node) -> frozenset[Path]:
    """Return the optional fields that are present whenever ``node`` is false."""
    return _settled(node, truth=False)


def _settled(node: Node, *, truth: bool) -> frozenset[Path]:
    """Return the fields without which ``node`` is certainly the opposite of ``truth``."""
    match node:
        case Call(function="has", arguments=(Name(name=name),)) if truth:
            return frozenset({("", name)})
        case Call(function="has", arguments=(Select(operand=Name(name=alias), field=name),)) if (
            truth
        ):
            return frozenset({(alias, name)})
        case Unary(operator="!"):
            return _settled(node.operand, truth=not truth)
        case Logical():
            known = [_settled(one, truth=truth) for one in node.operands]
            any_suffices = (node.operator == "&&") == truth
            return frozenset().union(*known) if any_suffices else frozenset.intersection(*known)
        case Conditional():
            yes = proven(node.test) | _settled(node.then, truth=truth)
            return yes & (refuted(node.test) | _settled(node.otherwise, truth=truth))
        case _:
            return frozenset()
