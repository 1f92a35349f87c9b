"""Expectations: from the document to subjects that are looked for in a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from interlock.language import Loc, Value, YamlValue, expression
from interlock.language.expression import Evaluate, ExpressionError, Scope
from interlock.language.regex import compile_pattern
from interlock.testing.scenario.expect_schema import (
    ActionDefinition,
    Event,
    FactExpected,
    FiredDefinition,
    NeverDefinition,
    NotFiredDefinition,
    OutcomeDefinition,
    PathDefinition,
    QuietDefinition,
    StartedDefinition,
    StateDefinition,
)
from interlock.testing.scenario.model import Expectation
from interlock.testing.scenario.naming import Fields, Names
from interlock.testing.scenario.subjects import (
    ActionRuns,
    FactStands,
    InState,
    MachineStarts,
    Outcome,
    Path,
    RuleFired,
    Subject,
    Whose,
    times,
)


@dataclass(frozen=True, slots=True)
class ExpectationCompiler:
    """Compiles what one scenario expects."""

    names: Names

    def compiled(
        self, loc: Loc, written: Sequence[NeverDefinition | QuietDefinition | Event]
    ) -> Iterator[Expectation]:
        """Yield the expectations; ``quiet`` is the scenario's business."""
        for number, one in enumerate(written):
            at = (*loc, number)
            if isinstance(one, NeverDefinition):
                yield replace(self._one((*at, "never"), one.never), times=0)
            elif not isinstance(one, QuietDefinition):
                yield self._one(at, one)

    def _one(self, loc: Loc, written: Event) -> Expectation:
        if written.at is not None and written.by is not None:
            hint = "at: right after it; by: then or before"
            self.names.document.report(loc, "RV110", "is `at` and `by` at once", hint)
        times = written.times
        if isinstance(written, NotFiredDefinition):
            times = 0
        span = self.names.document.span(loc)
        return Expectation(span, self._subject(loc, written), written.at, written.by, times)

    def _subject(self, loc: Loc, written: Event) -> Subject:
        match written:
            case FiredDefinition():
                return self._fired(loc, written)
            case NotFiredDefinition(not_fired=name):
                rules = self.names.rules((*loc, "not_fired"), name)
                return RuleFired(f"rule {name} to fire", rules)
            case FactExpected():
                return self._fact(loc, written)
            case StartedDefinition():
                return self._started(loc, written)
            case ActionDefinition():
                return self._action(loc, written)
            case _:
                return self._course(loc, written)

    def _course(
        self, loc: Loc, written: StateDefinition | PathDefinition | OutcomeDefinition
    ) -> Subject:
        whose = self._whose(loc, written)
        match written:
            case StateDefinition(state=name):
                at = (*loc, "state")
                states = self.names.states(at, name, written.machine, written.branch)
                return InState(f"state {name}{_of(whose)}", whose, states)
            case PathDefinition(path=states_of):
                for number, name in enumerate(states_of):
                    at = (*loc, "path", number)
                    self.names.states(at, name, written.machine, written.branch)
                whole = written.at is None and written.by is None
                way = f"path [{', '.join(states_of)}]{_of(whose)}"
                return Path(way, whose, tuple(states_of), whole)
            case OutcomeDefinition(outcome=outcome):
                at = (*loc, "outcome")
                self.names.outcome(at, outcome, written.machine, written.branch)
                return Outcome(f"outcome {outcome}{_of(whose)}", whose, outcome)
            case _:
                assert_never(written)

    def _whose(
        self,
        loc: Loc,
        written: StateDefinition | PathDefinition | OutcomeDefinition | ActionDefinition,
    ) -> Whose:
        if written.machine is not None:
            self.names.machine((*loc, "machine"), written.machine)
        if written.branch is not None:
            self.names.branch((*loc, "branch"), written.branch)
        return Whose(incident=written.incident, machine=written.machine, branch=written.branch)

    def _fired(self, loc: Loc, written: FiredDefinition) -> RuleFired:
        rules = self.names.rules((*loc, "fired"), written.fired)
        why = None if written.why is None else self._text((*loc, "why"), written.why)
        like = "" if written.why is None else f" with why {written.why}"
        return RuleFired(f"rule {written.fired} to fire{like}", rules, why)

    def _text(self, loc: Loc, written: str) -> Callable[[str], bool]:
        if not (len(written) > 1 and written.startswith("/") and written.endswith("/")):
            return lambda text: text == written
        try:
            return compile_pattern(written[1:-1])
        except ValueError as fault:
            self.names.document.report(loc, "RE105", str(fault))
            return lambda _: False

    def _fact(self, loc: Loc, written: FactExpected) -> FactStands:
        declared = self.names.fact((*loc, "fact"), written.fact)
        tests: list[tuple[str, Evaluate]] = []
        if declared is not None:
            scope = Scope(declared.readable)
            for number, text in enumerate(written.where):
                tests += self._tests((*loc, "where", number), text, scope)
        like = f" where {' and '.join(written.where)}" if written.where else ""
        return FactStands(f"fact {written.fact}{like}", written.fact, tuple(tests))

    def _tests(self, loc: Loc, text: str, scope: Scope) -> Iterator[tuple[str, Evaluate]]:
        found: list[ExpressionError] = []
        self.names.document.read_as(loc, scope)
        try:
            node = expression.parse(text)
        except ExpressionError as fault:
            self.names.document.report_expression(loc, fault)
            return
        expression.check_condition(node, scope, found)
        for one in found:
            self.names.document.report_expression(loc, one)
        if not found:
            yield text, expression.compile_expression(node, scope)

    def _started(self, loc: Loc, written: StartedDefinition) -> MachineStarts:
        machine = self.names.machine((*loc, "started"), written.started)
        fields = {} if machine is None else machine.context
        values = {} if machine is None else self._with(loc, written.with_, fields)
        whose = Whose(incident=written.incident, machine=written.started)
        return MachineStarts(f"{_said(whose)} to start", whose, values, fields)

    def _with(self, loc: Loc, written: Mapping[str, YamlValue], fields: Fields) -> dict[str, Value]:
        return self.names.values((*loc, "with"), written, fields)

    def _action(self, loc: Loc, written: ActionDefinition) -> ActionRuns:
        action = self.names.action((*loc, "action"), written.action)
        fields = {} if action is None else action.inputs
        values = {} if action is None else self._with(loc, written.with_, fields)
        whose = self._whose(loc, written)
        end = f" to end {written.result}" if written.result else " to run"
        tried = "" if written.attempts is None else f", tried {times(written.attempts)}"
        said = f"action {written.action}{_of(whose)}{end}{tried}"
        return ActionRuns(
            said, whose, written.action, values, fields, written.attempts, written.result
        )


def _said(whose: Whose) -> str:
    return f"{whose.machine}{'' if whose.incident is None else f' for {whose.incident}'}"


def _of(whose: Whose) -> str:
    branch = f" in branch {whose.branch}" if whose.branch else ""
    machine = f"{branch} of {whose.machine}" if whose.machine else branch
    return machine + (f" for {whose.incident}" if whose.incident else "")
