"""The compiled action contract: what may be done, to what, and how one knows it worked.

The engine asks it for the target, the idempotency key, the limits, the preconditions, the
proof and the way back; every answer is a pure function of the inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.errors import NotPermitted
from interlock.language.values import UNKNOWN, Field, Unknown, Value
from interlock.machines.definition import CAME_LATER
from interlock.machines.formula import Formula, Row
from interlock.machines.inputs import Shape, check_values
from interlock.machines.terms import NO_TERMS, Terms


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``max`` runs within ``per_ms`` for one value of ``key``."""

    max: int
    per_ms: int
    key: Formula | None

    def key_of(self, inputs: Row) -> str:
        """Return what the runs are counted by; empty when all count together."""
        return "" if self.key is None else _text(self.key, inputs, "limits.rate.key")


@dataclass(frozen=True, slots=True)
class ProbeCall:
    """A probe (``executor.operation``) and the templates of its inputs."""

    probe: str
    inputs: Mapping[str, Formula]

    @property
    def executor(self) -> str:
        """Name of the plugin."""
        return self.probe.rpartition(".")[0]

    @property
    def operation(self) -> str:
        """What the plugin is asked to look at."""
        return self.probe.rpartition(".")[2]

    def inputs_of(self, inputs: Row, outputs: Row | None = None) -> dict[str, Value]:
        """Return the probe's inputs for an action's inputs and, once run, its outputs."""
        return _values(self.inputs, inputs, outputs)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold before the action may run."""

    probe: ProbeCall | None
    expect: Formula
    why: Formula

    def holds(self, inputs: Row, probe: Row | None = None) -> bool | Unknown:
        """Return whether it holds; ``probe`` is what the probe saw."""
        return _truth(self.expect, inputs, {"probe": probe or {}})

    def reason(self, inputs: Row) -> str:
        """Return in words what does not hold."""
        return str(self.why.evaluate(inputs, {}))


@dataclass(frozen=True, slots=True)
class Verification:
    """How one knows the action had its effect.

    Attributes:
        probe: what to look at.
        expect: must hold, over inputs, ``outputs`` and ``probe``.
        every_ms: pause between looks.
        within_ms: after this the action is unverified.
        consecutive: looks in a row that must hold.
    """

    probe: ProbeCall
    expect: Formula
    every_ms: int
    within_ms: int
    consecutive: int

    def holds(self, inputs: Row, outputs: Row, probe: Row) -> bool | Unknown:
        """Return whether what the probe saw shows the effect."""
        return _truth(self.expect, inputs, {"outputs": outputs, "probe": probe})


@dataclass(frozen=True, slots=True)
class Rollback:
    """The action that takes this one back, and the templates of its inputs."""

    action: str
    inputs: Mapping[str, Formula]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionType:
    """One action contract, compiled.

    Attributes:
        name: name machines run it by.
        package: who ships it.
        version: raised by its author with every change.
        title: one line.
        doc: longer text; may be empty.
        owner: team that answers for it.
        executor: name of the plugin.
        operation: what the plugin does.
        kind: ``act`` changes or reads the world; ``notify`` only tells somebody.
        inputs: typed inputs.
        shapes: further bounds of text inputs.
        outputs: typed outputs.
        target: template of an inventory id, or None for an action without a target.
        target_type: type the inventory target must have; None for any.
        evidence_max_age_ms: the signals behind the action may be at most this old; None for
            no bound.
        risk: none, low, medium or high.
        reversible: whether ``rollback`` takes it back.
        irreversible_because: why not; empty for reversible actions.
        idempotency_key: template; equal keys are one effect.
        timeout_ms: deadline of one attempt.
        heartbeat_ms: longest silence of a worker, or None when none is asked for.
        rates: limits, all of which must have room.
        requires: preconditions, in the order written.
        verify: proof of the effect, or None where nothing changes.
        rollback: the way back, or None.
        transient: codes worth another attempt.
        terms: what it takes for granted and needs, and who may authorise it.
    """

    name: str
    package: str
    version: int
    title: str
    doc: str
    owner: str
    executor: str
    operation: str
    kind: str
    inputs: Mapping[str, Field]
    shapes: Mapping[str, Shape]
    outputs: Mapping[str, Field]
    target: Formula | None
    target_type: str | None
    evidence_max_age_ms: int | None
    risk: str
    reversible: bool
    irreversible_because: str
    idempotency_key: Formula
    timeout_ms: int
    heartbeat_ms: int | None
    rates: tuple[RateLimit, ...]
    requires: tuple[Requirement, ...]
    verify: Verification | None
    rollback: Rollback | None
    transient: frozenset[str]
    terms: Terms = field(default=NO_TERMS, metadata=CAME_LATER)

    def check_inputs(self, values: Row) -> dict[str, Value]:
        """Return the inputs when each is what the contract says.

        Raises:
            NotPermitted: an input is unknown, missing, of another type or out of bounds;
                details ``field``, ``expected``, ``found``.
        """
        return check_values(self.inputs, values, shapes=self.shapes, owner=self.name)

    def check_outputs(self, values: Row) -> dict[str, Value]:
        """Return an executor's outputs when each is what the contract says.

        Raises:
            NotPermitted: as ``check_inputs``.
        """
        return check_values(self.outputs, values, shapes=None, owner=self.name)

    def target_id(self, inputs: Row) -> str | None:
        """Return the inventory id acted on, or None for an action without a target.

        Raises:
            NotPermitted: the template cannot say.
        """
        return None if self.target is None else _text(self.target, inputs, "target")

    def key(self, inputs: Row, *, incident: str, step: str) -> str:
        """Return the idempotency key.

        Args:
            inputs: checked inputs.
            incident: incident id.
            step: id of this visit of the state, unique in the incident.

        Raises:
            NotPermitted: the template cannot say.
        """
        env = {"incident": {"id": incident}, "step": {"id": step}}
        return _text(self.idempotency_key, inputs, "idempotency_key", env)

    def rollback_inputs(self, inputs: Row, outputs: Row) -> dict[str, Value]:
        """Return the inputs of the rollback action; empty when there is none."""
        return {} if self.rollback is None else _values(self.rollback.inputs, inputs, outputs)

    def is_transient(self, code: str) -> bool:
        """Return whether a failure with that code is worth another attempt."""
        return code in self.transient


def _values(formulas: Mapping[str, Formula], inputs: Row, outputs: Row | None) -> dict[str, Value]:
    env = {"outputs": outputs or {}}
    found = {name: formula.evaluate(inputs, env) for name, formula in formulas.items()}
    return {name: value for name, value in found.items() if not isinstance(value, Unknown)}


def _truth(formula: Formula, inputs: Row, env: Mapping[str, Row]) -> bool | Unknown:
    value = formula.evaluate(inputs, env)
    return value if isinstance(value, bool) else UNKNOWN


def _text(formula: Formula, inputs: Row, place: str, env: Mapping[str, Row] | None = None) -> str:
    value = formula.evaluate(inputs, env or {})
    if isinstance(value, Unknown):
        raise NotPermitted(
            f"{place} {formula.text} has no value", field=place, expected="text", found="unknown"
        )
    return str(value)
