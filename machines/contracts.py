"""Compiles action contracts, faults reported in place.

What their expressions may read: inputs by bare name everywhere; ``incident.id`` and ``step.id``
in the idempotency key; ``probe`` (what the executor's manifest says the probe sees) in
``expect``; ``outputs`` after the action ran, in ``verify`` and ``rollback``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from interlock.language import Document, Loc
from interlock.language.expression import OPEN, Scope
from interlock.language.values import format_duration
from interlock.machines.actions import (
    ActionType,
    ProbeCall,
    RateLimit,
    Requirement,
    Rollback,
    Verification,
)
from interlock.machines.catalogue import FAULTY, Catalogue, Signature
from interlock.machines.contract_schema import (
    ActionDefinition,
    ActionsDocument,
    RateDefinition,
    RequirementDefinition,
    RollbackDefinition,
    VerifyDefinition,
)
from interlock.machines.formula import MISSING, Formula
from interlock.machines.inputs import Shape
from interlock.machines.scopes import IDENTITY, Fields, with_outputs
from interlock.machines.source import Source
from interlock.machines.target_schema import Arguments
from interlock.machines.written import fields_of

NO_TARGET = "none"
"""What an act without a target says."""


def signature_of(action: ActionDefinition) -> Signature:
    """Return what callers must know of an action, before it is compiled."""
    verifying = 0 if action.verify is None else action.verify.within
    return Signature(
        kind=action.kind,
        inputs=fields_of(action.inputs),
        outputs=fields_of(action.outputs),
        lasting_ms=action.timeout + verifying,
        changes=action.kind == "act" and action.risk != "none",
        terms=action.terms(),
    )


def compile_actions(
    document: Document, written: ActionsDocument, catalogue: Catalogue
) -> dict[str, ActionType]:
    """Return every action; where the document has faults they are reported, parts missing."""
    source = Source(document)
    return {
        name: ContractCompiler.of(source, catalogue, name, action).action(written)
        for name, action in written.actions.items()
    }


@dataclass(frozen=True, slots=True)
class ContractCompiler:
    """Compiles one action."""

    source: Source
    catalogue: Catalogue
    name: str
    written: ActionDefinition
    inputs: Fields
    outputs: Fields

    @classmethod
    def of(
        cls, source: Source, catalogue: Catalogue, name: str, written: ActionDefinition
    ) -> ContractCompiler:
        """Return the compiler of an action."""
        inputs, outputs = fields_of(written.inputs), fields_of(written.outputs)
        return cls(source, catalogue, name, written, inputs, outputs)

    def action(self, document: ActionsDocument) -> ActionType:
        """Return the action, faults reported."""
        written = self.written
        self._check_kind(document)
        self._check_way_back()
        self._check_proof()
        return ActionType(
            name=self.name,
            package=document.package,
            version=written.version,
            title=written.title,
            doc=written.doc,
            owner=written.owner or document.owner,
            executor=written.executor or document.executor or "",
            operation=written.operation or self.name.rpartition(".")[2],
            kind=written.kind,
            inputs=self.inputs,
            shapes=self._shapes(),
            outputs=self.outputs,
            target=self._target(),
            target_type=written.target_type,
            evidence_max_age_ms=None if written.evidence is None else written.evidence.max_age,
            risk=written.risk or "none",
            reversible=written.reversible,
            irreversible_because=written.irreversible_because,
            idempotency_key=self._key(),
            timeout_ms=written.timeout,
            heartbeat_ms=written.heartbeat,
            rates=self._rates(),
            requires=self._requirements(),
            verify=None if written.verify is None else self._verification(written.verify),
            rollback=None if written.rollback is None else self._rollback(written.rollback),
            transient=frozenset(written.errors.transient),
            terms=written.terms(),
        )

    def _report(self, at: Loc, code: str, message: str, hint: str | None = None) -> None:
        """Report a fault of the action as a whole (at its name), or at one of its keys."""
        self.source.report((*self._loc, *at), code, message, hint, key=True)

    @property
    def _loc(self) -> Loc:
        return ("actions", self.name)

    @property
    def _changes(self) -> bool:
        return self.written.kind == "act" and self.written.risk != "none"

    def _check_kind(self, document: ActionsDocument) -> None:
        if self.written.executor is None and document.executor is None:
            self._report((), "RV111", f"{self.name!r} names no executor", "add `executor:`")
        if self.written.kind == "act" and self.written.risk is None:
            self._report((), "RV111", f"{self.name!r} says no risk", "`risk: none` changes nothing")
        if self.written.kind == "act" and self.written.target is None:
            hint = f"an inventory id, or `target: {NO_TARGET}`"
            self._report((), "RV111", f"{self.name!r} says no target", hint)

    def _check_way_back(self) -> None:
        written = self.written
        if written.reversible and written.rollback is None:
            self._report(
                ("reversible",), "RV701", f"{self.name!r} is reversible without `rollback`"
            )
        if not written.reversible and written.rollback is not None:
            message = f"{self.name!r} has a rollback and does not say that it is reversible"
            self._report(("rollback",), "RV701", message, "add `reversible: true`")
        elif self._changes and not written.reversible and not written.irreversible_because:
            hint = "add `rollback` or `irreversible_because`"
            self._report(
                (), "RV701", f"{self.name!r} cannot be taken back and does not say why", hint
            )
        if written.reversible and written.irreversible_because:
            at = ("irreversible_because",)
            self._report(at, "RV701", f"{self.name!r} is reversible and irreversible")

    def _check_proof(self) -> None:
        verify = self.written.verify
        if verify is None:
            if self._changes:
                hint = "add `verify`; only `risk: none` needs no proof"
                self._report((), "RV704", f"nothing proves that {self.name!r} had its effect", hint)
        elif verify.every * (verify.consecutive - 1) >= verify.within:
            looks = f"{verify.consecutive} looks {format_duration(verify.every)} apart"
            message = f"{looks} do not fit within {format_duration(verify.within)}"
            self._report(("verify", "within"), "RV712", message)

    def _shapes(self) -> dict[str, Shape]:
        return {name: one.shape() for name, one in self.written.inputs.items()}

    def _target(self) -> Formula | None:
        text = self.written.target
        if text is None or text == NO_TARGET:
            return None
        return self._text(text, ("target",), Scope(self.inputs))

    def _key(self) -> Formula:
        bindings = {"incident": IDENTITY, "step": IDENTITY}
        return self._text(
            self.written.idempotency_key, ("idempotency_key",), Scope(self.inputs, bindings)
        )

    def _text(self, text: str, at: Loc, scope: Scope) -> Formula:
        return self.source.template(text, (*self._loc, *at), scope, strict=True) or MISSING

    def _rates(self) -> tuple[RateLimit, ...]:
        return tuple(
            RateLimit(rate.max, rate.per, self._rate_key(rate, number))
            for number, rate in enumerate(self.written.limits.rate)
        )

    def _rate_key(self, rate: RateDefinition, number: int) -> Formula | None:
        if rate.key is None:
            return None
        return self._text(rate.key, ("limits", "rate", number, "key"), Scope(self.inputs))

    def _requirements(self) -> tuple[Requirement, ...]:
        return tuple(
            self._requirement(one, ("requires", number))
            for number, one in enumerate(self.written.requires)
        )

    def _requirement(self, one: RequirementDefinition, at: Loc) -> Requirement:
        scope = Scope(self.inputs)
        call, bindings = None, {}
        if one.probe is not None:
            call = self._probe(one.probe, one.with_, at, scope)
            bindings = {"probe": self.catalogue.probes.get(one.probe, OPEN)}
        expect = self._expect(one.expect, at, Scope(self.inputs, bindings))
        why = self.source.template(one.why, (*self._loc, *at, "why"), scope)
        return Requirement(call, expect, why or MISSING)

    def _verification(self, verify: VerifyDefinition) -> Verification:
        at = ("verify",)
        scope = with_outputs(Scope(self.inputs), self.outputs)
        probe = {"probe": self.catalogue.probes.get(verify.probe, OPEN)}
        return Verification(
            probe=self._probe(verify.probe, verify.with_, at, scope),
            expect=self._expect(
                verify.expect, at, replace(scope, bindings={**scope.bindings, **probe})
            ),
            every_ms=verify.every,
            within_ms=verify.within,
            consecutive=verify.consecutive,
        )

    def _expect(self, text: str, at: Loc, scope: Scope) -> Formula:
        return self.source.condition(text, (*self._loc, *at, "expect"), scope) or MISSING

    def _probe(self, probe: str, values: Arguments, at: Loc, scope: Scope) -> ProbeCall:
        loc = (*self._loc, *at)
        if probe not in self.catalogue.probes:
            known = list(self.catalogue.probes)
            self.source.unknown((*loc, "probe"), "RV710", "probe", probe, known)
        plain = {name: value for name, value in values.items() if isinstance(value, str | int)}
        for name in values.keys() - plain.keys():
            message = "what a probe is asked with is a text, a whole number or a truth value"
            self.source.report((*loc, "with", name), "RV202", message)
        # A manifest says what a probe sees, not what it is asked with; the plugin checks that.
        return ProbeCall(probe, self.source.arguments(plain, (*loc, "with"), scope, OPEN))

    def _rollback(self, rollback: RollbackDefinition) -> Rollback:
        loc = (*self._loc, "rollback")
        signature = self.catalogue.actions.get(rollback.action)
        if signature is None:
            known = list(self.catalogue.actions)
            self.source.unknown((*loc, "action"), "RV211", "action", rollback.action, known)
        elif signature.kind == "notify":
            message = f"{rollback.action!r} is of kind notify and takes nothing back"
            self.source.report((*loc, "action"), "RV711", message)
        inputs = self.source.arguments(
            rollback.with_,
            (*loc, "with") if rollback.with_ else (*loc, "action"),
            with_outputs(Scope(self.inputs), self.outputs),
            (signature or FAULTY).inputs,
            complete=f"action {rollback.action!r}",
        )
        return Rollback(rollback.action, inputs)
