"""RV713: text of a signal that reaches an input of a risky action with nothing said of it.

Labels are written by whoever can crash a service.  A text is bounded by a ``pattern`` or an
``enum`` anywhere on its way: in the signal, the fact, the context, or the input; and by the
inventory where the input is the target itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from interlock.engine.verify.carried import carried
from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.values import Field, Kind
from interlock.machines.actions import ActionType
from interlock.machines.schema import RunDefinition
from interlock.machines.tree import Node
from interlock.machines.verify import MachineSubject
from interlock.rules.network import AssertSpec, ElementKind, Produced, SendSpec, StartSpec
from interlock.rules.verify import Subject

_RISKY = frozenset({"medium", "high"})

Where = tuple[str, str]
"""A fact, machine or event, and one of its fields."""


@dataclass(frozen=True)
class Reach:
    """A text that nothing is said of, and the input it reaches.

    Attributes:
        machine: the machine that runs the action.
        leaf: the state it runs it in.
        action: the action.
        name: the input.
        origin: ``signal.field``.
    """

    machine: MachineSubject
    leaf: Node
    action: ActionType
    name: str
    origin: str

    def finding(self) -> Diagnostic:
        """Return it where the input is given."""
        message = (
            f"text of {self.origin} reaches {self.name!r} of {self.action.name!r}"
            f" ({self.action.risk} risk), and nothing says what it may be"
        )
        hint = "give one of the fields on its way a `pattern` or an `enum`"
        loc = (*self.leaf.loc, "with", self.name)
        return self.machine.finding(loc, "RV713", message, hint, "error")


def untyped_inputs(whole: Whole) -> Iterator[Reach]:
    """Yield every input of an action of medium risk or more that such a text may fill."""
    origins = _Origins()
    while _spread(whole, origins):
        pass
    for machine in whole.parts:
        for leaf in machine.tree.leaves():
            if isinstance(leaf.definition, RunDefinition):
                action = machine.actions[leaf.definition.run]
                if action.kind == "act" and action.risk in _RISKY:
                    given = leaf.definition.with_
                    for name in sorted(given.keys() & _open_inputs(action)):
                        origin = origins.of_context(machine.started, carried(given[name]))
                        if origin is not None:
                            yield Reach(machine, leaf, action, name, origin)


@dataclass
class _Origins:
    """Where the text of a field may come from, for fields that say nothing of it."""

    facts: dict[Where, str] = field(default_factory=dict)
    contexts: dict[Where, str] = field(default_factory=dict)
    events: dict[Where, str] = field(default_factory=dict)

    def of_context(self, machine: str, read: Iterable[Where]) -> str | None:
        """Return where something that a machine reads comes from."""
        for alias, name in sorted(read):
            if alias in {"", "ctx"} and (machine, name) in self.contexts:
                return self.contexts[machine, name]
        return None


def _open_inputs(action: ActionType) -> set[str]:
    """Return the text inputs of which nothing is said; a target must be in the inventory."""
    target = None if action.target is None else action.target.text
    return {n for n, one in action.inputs.items() if _is_open(one) and target != f"${{{n}}}"}


def _is_open(one: Field | None) -> bool:
    if one is None:
        return False
    kind = (one.type.item or one.type).kind
    return kind is Kind.STRING and not one.enum and one.pattern is None


def _spread(whole: Whole, origins: _Origins) -> bool:
    """Let texts go one step further; return whether one did."""
    before = len(origins.facts) + len(origins.contexts) + len(origins.events)
    machines = {one.machine.id: one for one in whole.machines}
    for subject in whole.subjects:
        for spec in subject.rule.consequences:
            match spec:
                case AssertSpec():
                    fields = subject.declarations.facts[spec.fact].fields
                    _fill(origins.facts, spec.fact, fields, _told(subject, spec.set, origins))
                case StartSpec() if spec.machine in machines:
                    fields = machines[spec.machine].machine.context
                    told = _told(subject, spec.inputs, origins)
                    _fill(origins.contexts, spec.machine, fields, told)
                case SendSpec():
                    for machine in machines.values():
                        fields = machine.machine.events.get(spec.event, {})
                        told = _told(subject, spec.data, origins)
                        _fill(origins.events, spec.event, fields, told)
                case _:
                    pass
    for part in whole.parts:
        _spread_within(part, origins)
    return len(origins.facts) + len(origins.contexts) + len(origins.events) > before


def _spread_within(machine: MachineSubject, origins: _Origins) -> None:
    """Let texts of events and of the context into what branches set."""
    ident = machine.started
    for edge in machine.edges:
        origin = edge.branch.origin
        values = None if origin is None else machine.document.at((*origin.loc, "set"))
        if not edge.branch.sets or not isinstance(values, Mapping):
            continue
        told: dict[str, str] = {}
        for name, value in values.items():
            read = carried(value)
            sent = [origins.events.get((edge.event, n)) for a, n in sorted(read) if a == "event"]
            text = origins.of_context(ident, read) or next(filter(None, sent), None)
            if text is not None:
                told[name] = text
        _fill(origins.contexts, ident, machine.machine.context, told)


def _fill(
    found: dict[Where, str], owner: str, fields: Mapping[str, Field], told: Mapping[str, str]
) -> None:
    for name, text in told.items():
        if _is_open(fields.get(name)):
            found.setdefault((owner, name), text)


def _told(subject: Subject, values: Mapping[str, Produced], origins: _Origins) -> Mapping[str, str]:
    """Return which values of a consequence carry a text that nothing is said of, and whose."""
    patterns = {pattern.alias: pattern for pattern in subject.rule.patterns}
    found: dict[str, str] = {}
    for name, value in values.items():
        for alias, part in sorted(carried(value.text)):
            pattern = patterns.get(alias)
            if pattern is None:
                continue
            if pattern.kind is ElementKind.FACT:
                origin = origins.facts.get((pattern.declared, part))
            else:
                declared = subject.declarations.signals[pattern.declared].readable
                origin = f"{pattern.declared}.{part}" if _is_open(declared.get(part)) else None
            if origin is not None:
                found.setdefault(name, origin)
    return found
