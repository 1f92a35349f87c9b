"""A loaded rule base: declarations, compiled rules, and everything made from them once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from interlock.language.diagnostics import Diagnostic
from interlock.rules.declarations import FactType, SignalType
from interlock.rules.discriminate import Discriminator
from interlock.rules.examples import Example
from interlock.rules.network import ExceptionSpec, Rule
from interlock.rules.packs import Offer, deal, linking_fields, offers
from interlock.rules.plan import Alpha, Blocker
from interlock.rules.planner import Planner
from interlock.rules.rows import Shapes
from interlock.rules.starts import Start
from interlock.rules.strata import Strata
from interlock.rules.temporal.watches import Absence, Slot, Watch
from interlock.rules.version import rulebase_digest


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a rule base is made of.

    Attributes:
        signal_types, fact_types: declarations by name.
        rules: active and shadow rules, sorted by id.
        strata: the order they run in.
        starts: the machines they start, by rule.
        warnings: faults that do not keep the rules from being used, by place.
        unread: those of the warnings that say no rule reads a fact, by fact.
        examples: the inline examples of rules, by rule.
    """

    signal_types: Mapping[str, SignalType]
    fact_types: Mapping[str, FactType]
    rules: Sequence[Rule]
    strata: Strata
    starts: tuple[Start, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    unread: Mapping[str, Diagnostic] = field(default_factory=dict)
    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)


class RuleBase:
    """Rules ready to run.  Immutable; one serves any number of working memories.

    Attributes:
        signal_types, fact_types: declarations by name.
        rules: compiled rules by id, active and shadow; disabled ones are not there; of a rule
            with ``any`` its first branch.
        productions: the same with every branch, by name.
        packs: the rules as the second engine holds them.
        starts: the machines the rules start, to be checked by who knows the machines.
        warnings: faults that do not keep the rules from being used.
        unread: those that say no rule reads a fact, by fact, for who knows the machines.
        pack_of: pack id by the name of a production.
        levels, recursive, shapes: for working memory.
    """

    def __init__(self, definitions: Definitions) -> None:
        self.signal_types = definitions.signal_types
        self.fact_types = definitions.fact_types
        self.productions: Mapping[str, Rule] = {rule.name: rule for rule in definitions.rules}
        rules: dict[str, Rule] = {}
        for rule in definitions.rules:
            rules.setdefault(rule.id, rule)
        self.rules: Mapping[str, Rule] = rules
        self.starts = definitions.starts
        self.warnings = definitions.warnings
        self.unread = definitions.unread
        self.examples = definitions.examples
        self.levels = definitions.strata.levels
        self.recursive = definitions.strata.recursive
        self.packs = deal(definitions.rules)
        self.pack_of = {rule.name: pack.id for pack in self.packs for rule in pack.rules}
        self.shapes = Shapes()

    # What only deciding needs is made when it is first asked for: a policy is checked more often.

    @cached_property
    def digest(self) -> str:
        """The rule version: 64 hex digits over everything that can change a decision."""
        return rulebase_digest(self.signal_types, self.fact_types, self.productions.values())

    @cached_property
    def alphas(self) -> tuple[Alpha, ...]:
        """The patterns of all rules, shared and planned, by number."""
        planner, correlates = Planner(), self._correlates()
        for rule in self.productions.values():
            planner.add(rule, linking_fields(rule, correlates))
        return planner.finished()

    @cached_property
    def discriminator(self) -> Discriminator:
        """What finds the alphas that an element passes."""
        return Discriminator(self.alphas)

    @cached_property
    def offers(self) -> tuple[Mapping[str, tuple[Offer, ...]], ...]:
        """What the second engine is offered, by number of an alpha and pack."""
        return offers(self.packs, self.alphas, self._correlates())

    @cached_property
    def blockers(self) -> Mapping[str, tuple[Blocker, ...]]:
        """What forbids matches, by name of a production."""
        return _blockers(self)

    @cached_property
    def awaited(self) -> Mapping[tuple[str, int], int]:
        """The number of the alpha that answers, by the name of a watch and the answer's place."""
        return {
            (hold.name, number): alpha.number
            for alpha in self.alphas
            for hold, number in alpha.awaited
        }

    @cached_property
    def watches(self) -> Mapping[str, Watch]:
        """What the temporal layer watches, by name."""
        return {one.name: one for alpha in self.alphas for one in alpha.watches}

    @cached_property
    def missable(self) -> Mapping[Slot, Absence]:
        """What is missed, by each of its slots."""
        return {
            slot: one for alpha in self.alphas for one in alpha.absences for slot in one.slots()
        }

    def _correlates(self) -> dict[str, tuple[str, ...]]:
        return {name: t.correlate for name, t in self.signal_types.items()}

    def exceptions(self) -> Iterator[tuple[Rule, ExceptionSpec]]:
        """Yield every exception with its rule, in order of rules."""
        for rule in self.rules.values():
            for one in rule.exceptions:
                yield rule, one

    def uses(self, signal_name: str) -> bool:
        """Return whether any rule looks at this signal; False: it costs only its journal row."""
        return self.discriminator.knows(signal_name)


def _blockers(rulebase: RuleBase) -> dict[str, tuple[Blocker, ...]]:
    found: dict[str, list[Blocker]] = {name: [] for name in rulebase.productions}
    for alpha in rulebase.alphas:
        for blocker in alpha.blockers:
            found[blocker.rule.name].append(blocker)
    return {rule_id: tuple(blockers) for rule_id, blockers in found.items()}
