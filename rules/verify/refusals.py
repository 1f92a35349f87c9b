"""What an author is refused: rules that can never be meant, whatever comes.

Three faults of `verify` are as certain as a wrong type, so `check` tells them as errors: a rule
whose own conditions contradict each other (RV302), one that asserts the very same again from what
it has asserted itself (RV340), and one that says to a machine what only its own steps may say
(RV613).  A bundle that has been decided with compiles for ever, so
only who asks for it is told (ADR 53).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TypeAlias

from interlock.language import Diagnostic, Span
from interlock.language.expression import Template, reads
from interlock.language.expression.syntax import Binary, Name, Select
from interlock.language.regions import NOWHERE, meet
from interlock.language.values import UNKNOWN, Value
from interlock.rules.checks import Written
from interlock.rules.declare import Declarations
from interlock.rules.network import AssertSpec, ElementKind, SendSpec
from interlock.rules.verify.certainties import certain_conditions
from interlock.rules.verify.subject import Statement, Subject, by_rule, is_plain, subject

_Given: TypeAlias = Mapping[str, Value]

_HINT = "the rule never fires: leave one out, or join them with ||"


def certain_faults(
    written: Sequence[Written],
    declarations: Declarations,
    of_machines: AbstractSet[str] = frozenset(),
) -> list[Diagnostic]:
    """Return what can never be meant of rules that are not disabled, in their order.

    Args:
        written: as `read_rules` gives them; those with faults of their own are passed over.
        declarations: what they may speak of.
        of_machines: events that machines know by themselves.
    """
    subjects = [subject(one, declarations) for one in written if one.is_sound]
    branches = Counter(one.rule.id for one in written)
    whole = [ones for ones in by_rule(subjects) if len(ones) == branches[ones[0].rule.id]]
    never = [found for ones in whole for found in _never_fires(ones)]
    feeds = (found for one in subjects for found in _feeds_itself(one))
    speaks = (found for one in subjects for found in _speaks_for_machines(one, of_machines))
    return [*never, *feeds, *speaks]


# --- conditions that contradict each other -------------------------------------------------------


def _never_fires(branches: Sequence[Subject]) -> Iterator[Diagnostic]:
    """Yield what contradicts each other in a rule none of whose branches can match."""
    if not all(_contradicts_itself(one) for one in branches):
        return
    told: set[Span] = set()
    for one in branches:
        needed = {statement.span for statement in one.statements}
        for found in certain_conditions(one):
            if found.severity == "error" and found.span in needed - told:
                told.add(found.span)
                yield replace(found, hint=_HINT)


def _contradicts_itself(one: Subject) -> bool:
    """Whether those of its conditions that say something of one field cannot be true together.

    Others stand in nobody's way; regions cost a hundred times as much as to find that out.
    """
    read = {statement: _fields(statement) for statement in one.statements}
    said = Counter(
        field for statement, fields in read.items() if not _equates(statement) for field in fields
    )
    shared = [s for s, fields in read.items() if any(said[field] > 1 for field in fields)]
    return bool(shared) and meet(*(one.truth.true for one in shared)) == NOWHERE


def _fields(statement: Statement) -> set[tuple[str, str]]:
    return {(alias or statement.owner, name) for alias, name in reads(statement.stated.node)}


def _equates(statement: Statement) -> bool:
    """Whether it only says that two fields are the same."""
    node = statement.stated.node
    return (
        isinstance(node, Binary)
        and node.operator == "=="
        and isinstance(node.left, Name | Select)
        and isinstance(node.right, Name | Select)
    )


# --- rules that feed themselves ------------------------------------------------------------------


def _feeds_itself(one: Subject) -> Iterator[Diagnostic]:
    """Yield each fact a rule asserts again from what it has asserted itself."""
    rule = one.rule
    if rule.shadow or rule.negations or len(rule.patterns) != 1 or not is_plain(rule):
        return
    (pattern,) = rule.patterns
    for number, spec in enumerate(rule.consequences):
        if not isinstance(spec, AssertSpec) or pattern.kind is not ElementKind.FACT:
            continue
        if spec.fact == pattern.declared and _repeats(spec, pattern.alias, one.patterns[0]):
            message = f"follows from {spec.fact} and asserts the same again from what it asserts"
            hint = f"say in where which {spec.fact} it does not follow from"
            yield one.finding(("then", number, "assert"), "RV340", message, hint, "error")


def _repeats(spec: AssertSpec, alias: str, statements: Sequence[Statement]) -> bool:
    """Whether what is asserted matches, and what is asserted from that is the same.

    Every value is a constant or that of the same field: such a step, taken twice, is taken once.
    """
    given: dict[str, Value] = {}
    kept: set[str] = set()
    for name, produced in spec.set.items():
        template = Template(produced.text)
        if template.constant is not None:
            value = produced.value({}, {})
            if value is UNKNOWN:
                return False
            given[name] = value
        elif template.single == Select(0, 0, Name(0, 0, alias), name):
            kept.add(name)
        else:
            return False
    return all(_holds(statement, given, kept) for statement in statements)


def _holds(statement: Statement, given: _Given, kept: AbstractSet[str]) -> bool:
    """Whether a conjunct that held of what was matched holds of what is asserted, too."""
    read = reads(statement.stated.node)
    if any(alias for alias, _ in read):
        return False
    fields = {name for _, name in read}
    return fields <= kept or (fields <= given.keys() and statement.test(given, {}) is True)


# --- rules that speak for machines ---------------------------------------------------------------


def _speaks_for_machines(one: Subject, of_machines: AbstractSet[str]) -> Iterator[Diagnostic]:
    """Yield each event a rule sends that would be taken for the end of a machine's own step."""
    for number, spec in enumerate(one.rule.consequences):
        if isinstance(spec, SendSpec) and spec.event in of_machines:
            message = f"{spec.event!r} is what a machine's own step says, and no machine takes it"
            hint = "send an event that the machine declares under events"
            yield one.finding(("then", number, "send"), "RV613", message, hint, "error")
