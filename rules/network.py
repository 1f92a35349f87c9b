"""What a rule becomes when it is compiled: tests, joins and consequences, engine-neutral.

Each conjunct of each pattern lands in exactly one of four places:

==============  =====================================================  =====================
`Comparison`    a field of this element against a constant             indexed by `alpha`
`Predicate`     anything else that reads this element alone            called by `alpha`
`Join`          a field of this element against a field of another     hashed by `matcher`
                one, both of the same type                             when the operator is ==
`Residual`      anything else that reads more than one element         called by `matcher`
==============  =====================================================  =====================

Texts are the printed conjuncts, so a network has one canonical form and one digest.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from interlock.language.diagnostics import Span
from interlock.language.values import Type, Unknown, Value
from interlock.rules.model import Row

UNLESS_USED: Mapping[str, bool] = {"unless_used": True}
"""Metadata of a field that takes no part in the version of a rule while it has its default."""

Environment: TypeAlias = Mapping[str, Row]
"""Rows of the bound elements by alias."""

Test: TypeAlias = Callable[[Row, Environment], Value | Unknown]
"""A compiled expression: the row of this element and the rows of the others to its value."""


class ElementKind(StrEnum):
    """Where an element comes from."""

    SIGNAL = "signal"
    FACT = "fact"


class Operator(StrEnum):
    """How a `Comparison` or a `Join` compares: field on the left, the other on the right."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"


ORDERINGS: Mapping[Operator, Callable[[Value, Value], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
"""What each operator but ``in`` means for two values of one type."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator constant``.

    The field is certain: it is required, or another test of the element alone proves that it is
    there, so an element without it cannot pass.

    Attributes:
        field: a readable name of the element.
        operator: ``in`` only with a tuple of constants; ordering only on numbers and times.
        constant: in the field's own scale.
        type: the field's type.
        text: the conjunct as printed.
    """

    field: str
    operator: Operator
    constant: Value
    type: Type
    text: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """A test of one element that no index helps with.

    Attributes:
        text: the conjunct as printed.
        test: called with the element's row and an empty environment; gives a bool or UNKNOWN.
    """

    text: str
    test: Test = field(compare=False)


@dataclass(frozen=True, slots=True)
class Join:
    """``field operator alias.other``, both certain and of the same type and scale.

    Attributes:
        field: a readable name of this pattern's element.
        operator: never ``in``.
        alias: an earlier pattern of the same rule.
        other: a readable name of that pattern's element.
        type: the type both fields share.
        text: the conjunct as printed.
    """

    field: str
    operator: Operator
    alias: str
    other: str
    type: Type
    text: str


@dataclass(frozen=True, slots=True)
class Residual:
    """A test over several elements that is not a plain `Join`.

    Attributes:
        aliases: the other aliases it reads, sorted, all earlier in the rule.
        text: the conjunct as printed.
        test: called with this element's row and an environment that binds ``aliases``.
    """

    aliases: tuple[str, ...]
    text: str
    test: Test = field(compare=False)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One element a rule asks for, or in `Rule.negations` one that must not exist.

    Attributes:
        alias: the name later patterns know it by; empty for a negation.
        kind: signal or fact.
        type: the declared name.
        comparisons: tests on constants; all must hold.
        predicates: other tests of the element alone; all must hold.
        joins: tests against earlier elements; all must hold.
        residuals: other tests against earlier elements; all must hold.
    """

    alias: str
    kind: ElementKind
    type: str
    comparisons: tuple[Comparison, ...] = ()
    predicates: tuple[Predicate, ...] = ()
    joins: tuple[Join, ...] = ()
    residuals: tuple[Residual, ...] = ()

    @property
    def declared(self) -> str:
        """The declared name it is about in the end."""
        return self.type

    @property
    def alpha_key(self) -> tuple[object, ...]:
        """Equal for patterns that the same elements pass when looked at alone."""
        return (
            self.kind.value,
            self.type,
            tuple(sorted(test.text for test in self.comparisons)),
            tuple(sorted(test.text for test in self.predicates)),
        )


@dataclass(frozen=True, slots=True)
class Produced:
    """One value a consequence is given: the template as written and compiled.

    Attributes:
        text: the template.
        type: what it yields.
        value: called with an empty row and an environment that binds every alias.
    """

    text: str
    type: Type
    value: Test = field(compare=False)


@dataclass(frozen=True, slots=True)
class AssertSpec:
    """``assert: fact`` with a value for each field that is set.

    Attributes:
        fact: the declared name.
        key: the fact's key fields, all in ``set``.
        optional: fields that are left out when their value is not known.
        set: by field, in the order the fact declares them.
    """

    fact: str
    key: tuple[str, ...]
    optional: frozenset[str]
    set: Mapping[str, Produced]


@dataclass(frozen=True, slots=True)
class StartSpec:
    """``start: machine`` for an incident."""

    machine: str
    incident: Produced
    inputs: Mapping[str, Produced]


@dataclass(frozen=True, slots=True)
class SendSpec:
    """``send: event`` to an incident."""

    event: str
    incident: Produced
    data: Mapping[str, Produced]


@dataclass(frozen=True, slots=True)
class AdviseSpec:
    """``advise: text``."""

    text: Produced


@dataclass(frozen=True, slots=True)
class RepeatSpec:
    """``once_per`` and ``cooldown``: when a firing would only repeat another.

    Attributes:
        once_per: the values by which firings count as the same; empty: the incidents they start
            or send to and the keys of the facts they assert.
        cooldown_ms: how long after a firing another of the same values waits; 0: only while
            the firing holds.
    """

    once_per: tuple[Produced, ...]
    cooldown_ms: int


@dataclass(frozen=True, slots=True)
class ExceptionSpec:
    """``except``: matches for which a rule does not fire, for a reason and for a time.

    Attributes:
        id: what people call it.
        tests: all must hold of a match; one that cannot be decided holds.
        reason: why it is there.
        ticket: where that is discussed; None where not given.
        expires_ms: the first moment at which it no longer counts, ms since the epoch.
        path, span: where its last day is written.
    """

    id: str
    tests: tuple[Produced, ...]
    reason: str
    ticket: str | None
    expires_ms: int
    path: str = field(compare=False)
    span: Span = field(compare=False)


ConsequenceSpec: TypeAlias = AssertSpec | StartSpec | SendSpec | AdviseSpec


@dataclass(frozen=True, slots=True)
class Rule:
    """One production: a compiled rule, or one branch of a rule with ``any``.

    Attributes:
        id: ``package/id``, or ``id`` where the file has no package.
        patterns: what must exist, in written order; 1 to 8.
        negations: what must not exist.  An element of the match itself does not count.
        consequences: what follows, in written order.
        why: the explanation's template.
        salience: higher goes first.
        exclusive: the group in which one rule an incident may have effect, or None.
        shadow: whether it only watches.
        stratum: 0 for rules that need no derived fact settled first; a rule runs after every
            rule that asserts what it reads.
        title, owner, severity, risk, runbook_url: the author's words; None where not given.
        path, line: where it is written.
        branch: which branch of its rule's ``any``, counted from 1 and joined by dots where there
            are several ``any``; empty where there is none.
        repeats: when a firing would only repeat another; None: never.
        exceptions: the matches for which it does not fire.
    """

    id: str
    patterns: tuple[Pattern, ...]
    negations: tuple[Pattern, ...]
    consequences: tuple[ConsequenceSpec, ...]
    why: Produced
    salience: int
    exclusive: str | None
    shadow: bool
    stratum: int
    title: str
    owner: str | None
    severity: str | None
    risk: str | None
    runbook_url: str | None
    path: str = field(compare=False)
    line: int = field(compare=False)
    branch: str = field(default="", metadata=UNLESS_USED)
    repeats: RepeatSpec | None = field(default=None, metadata=UNLESS_USED)
    exceptions: tuple[ExceptionSpec, ...] = field(default=(), metadata=UNLESS_USED)

    @property
    def name(self) -> str:
        """What tells it from the other productions of its rule: the id, and its branch."""
        return f"{self.id}#{self.branch}" if self.branch else self.id


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that the second engine holds together: at most 60 patterns.

    Attributes:
        id: ``pack-`` and 16 hex digits of the digest of its rules' patterns.
        rules: sorted by id.
    """

    id: str
    rules: tuple[Rule, ...]
