"""What names in a test document stand for in its bundle; a name that stands for nothing is a fault.

A rule may be named without its package, a state without the compounds around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from interlock.engine.bundle import Bundle
from interlock.language import Document, Loc, nearest
from interlock.language.constants import read_constant
from interlock.language.values import Field, Value, YamlValue
from interlock.machines import ActionType, ApproveState, Machine
from interlock.rules.declarations import FactType, SignalType
from interlock.testing.scenario.subjects import is_called

Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a bundle, as a document may use them; faults are reported to it."""

    document: Document
    bundle: Bundle

    def signal(self, loc: Loc, name: str) -> SignalType | None:
        """Return a declared signal."""
        found = self.bundle.rulebase.signal_types.get(name)
        if found is None:
            self._unknown(loc, "RV210", "signal", name, self.bundle.rulebase.signal_types)
        return found

    def fact(self, loc: Loc, name: str) -> FactType | None:
        """Return a declared fact."""
        found = self.bundle.rulebase.fact_types.get(name)
        if found is None:
            self._unknown(loc, "RV210", "fact", name, self.bundle.rulebase.fact_types)
        return found

    def rules(self, loc: Loc, name: str) -> frozenset[str]:
        """Return the full names a rule's name stands for; none after reporting it."""
        known = self.bundle.rulebase.rules
        found = frozenset(_in_full(name, known))
        if not found:
            short = [rule.rpartition("/")[2] for rule in known]
            self._unknown(loc, "RV211", "rule", name, [*known, *short])
        return found

    def machine(self, loc: Loc, name: str) -> Machine | None:
        """Return a machine."""
        machines = self.bundle.machinebase.machines
        if name not in machines:
            self._unknown(loc, "RV211", "machine", name, machines)
        return machines.get(name)

    def action(self, loc: Loc, name: str) -> ActionType | None:
        """Return an action."""
        actions = self.bundle.machinebase.actions
        if name not in actions:
            self._unknown(loc, "RV211", "action", name, actions)
        return actions.get(name)

    def probe(self, loc: Loc, name: str) -> Fields | None:
        """Return what a probe sees that some action asks."""
        base = self.bundle.machinebase
        asked = {name for action in base.actions.values() for name in _probes_of(action)}
        if name not in asked:
            self._unknown(loc, "RV211", "probe that an action asks", name, asked)
        return base.probes.get(name)

    def branch(self, loc: Loc, name: str) -> None:
        """Report a branch that no parallel state has."""
        definitions = self.bundle.machinebase.definitions.values()
        known = [one.forked.branch for one in definitions if one.forked is not None]
        if name not in known:
            self._unknown(loc, "RV211", "branch", name, known)

    def _meant(self, machine: str | None, branch: str | None) -> Iterator[Machine]:
        """Yield the machines, and branches of their parallel states, that two names mean."""
        for one in self.bundle.machinebase.definitions.values():
            of, name = (one.id, None) if one.forked is None else one.forked.of
            if machine in (None, of) and branch in (None, name):
                yield one

    def states(
        self, loc: Loc, name: str, machine: str | None, branch: str | None = None
    ) -> frozenset[str]:
        """Return the paths a state's name stands for in one machine or in any."""
        known = [path for one in self._meant(machine, branch) for path in one.states]
        found = frozenset(path for path in known if is_called(path, name))
        if not found:
            short = [path.rpartition(".")[2] for path in known]
            self._unknown(loc, "RV604", "state", name, [*known, *short])
        return found

    def questions(
        self, loc: Loc, name: str, choice: str, branch: str | None = None
    ) -> frozenset[str]:
        """Return the paths of the ``approve`` states of a name, one of which knows a choice."""
        asking = [
            (path, state.question)
            for one in self._meant(None, branch)
            for path, state in one.states.items()
            if isinstance(state, ApproveState)
        ]
        found = frozenset(path for path, _ in asking if is_called(path, name))
        if not found:
            known = [path for path, _ in asking]
            short = [path.rpartition(".")[2] for path in known]
            self._unknown((*loc, "on"), "RV604", "state that asks", name, [*known, *short])
        choices = [one for path, asked in asking if path in found for one in asked.choices]
        if found and choice not in choices:
            self._unknown((*loc, "choose"), "RV604", f"choice of {name}", choice, choices)
        return found

    def outcome(self, loc: Loc, name: str, machine: str | None, branch: str | None = None) -> None:
        """Report an outcome that no machine, or not this one or this branch, can have."""
        meant = [m for m in self._meant(machine, branch) if bool(m.forked) == bool(branch)]
        known = [o for one in meant for o in one.outcomes]
        if name not in (*known, "stuck"):
            self._unknown(loc, "RV607", "outcome", name, known)

    def covered(self, loc: Loc, name: str) -> tuple[str, ...]:
        """Return the full names of what a scenario says it covers."""
        base = self.bundle.machinebase
        rules = self.bundle.rulebase.rules
        found = (*_in_full(name, rules), *(n for n in (*base.machines, *base.actions) if n == name))
        if not found:
            known = [*rules, *(r.rpartition("/")[2] for r in rules), *base.machines, *base.actions]
            message = f"covers names nothing: no rule, machine or action is called {name!r}"
            self.document.report(loc, "RV403", message, nearest(name, known))
        return found

    def allowed(self, loc: Loc, name: str) -> None:
        """Report an allowance for what is neither an action nor a machine."""
        base = self.bundle.machinebase
        known = [*base.machines, *base.actions]
        if name not in known:
            self._unknown(loc, "RV211", "machine or action", name, known)

    def values(
        self,
        loc: Loc,
        values: Mapping[str, YamlValue],
        fields: Fields,
        *,
        complete: str | None = None,
    ) -> dict[str, Value]:
        """Return runtime values for typed fields.

        Args:
            loc: where the values are written.
            values: what the author wrote.
            fields: what each is for.
            complete: whose fields they are, when every required one must be given.
        """
        typed: dict[str, Value] = {}
        for name, value in values.items():
            if name in fields:
                found = read_constant(self.document, (*loc, name), fields[name], value)
                if found is not None:
                    typed[name] = found
            else:
                hint = nearest(name, fields) or f"one of: {', '.join(fields) or 'nothing'}"
                message = f"unknown field {name!r}"
                self.document.report((*loc, name), "RV201", message, hint, key=True)
        missing = [n for n, f in fields.items() if not f.optional and n not in values]
        if complete is not None and missing and values.keys() <= fields.keys():
            message = f"{complete} needs {', '.join(missing)}"
            self.document.report(loc, "RV215", message, key=True)
        return typed

    def _unknown(self, loc: Loc, code: str, what: str, name: str, known: Iterable[str]) -> None:
        self.document.report(loc, code, f"no {what} is called {name!r}", nearest(name, known))


def _in_full(name: str, known: Iterable[str]) -> list[str]:
    """Return the full names of rules that a name may be short for."""
    return [full for full in known if name in (full, full.rpartition("/")[2])]


def _probes_of(action: ActionType) -> list[str]:
    """Return the probes an action asks before and after."""
    calls = [requirement.probe for requirement in action.requires]
    calls.append(action.verify.probe if action.verify else None)
    return [call.probe for call in calls if call is not None]
