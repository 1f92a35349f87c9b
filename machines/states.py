"""Compiles a machine document: each leaf of its tree to a state, faults reported in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from interlock.errors import InvariantBroken
from interlock.language import Document, FieldDefinition, Loc
from interlock.language.expression import OPEN, FieldJoin, Scope, classify, proven
from interlock.language.expression import Node as ExpressionNode
from interlock.language.values import Field, format_duration, parse_duration
from interlock.machines.asking import Notice
from interlock.machines.branches import BranchCompiler, Leaf
from interlock.machines.catalogue import FAULTY, Catalogue, Signature
from interlock.machines.definition import (
    ABORTED,
    RESULTS,
    ApproveState,
    ChooseState,
    FinalState,
    Machine,
    RunState,
    State,
    Trigger,
    UndoState,
    Wait,
    WaitState,
    ways_out,
)
from interlock.machines.fingerprint import fingerprint
from interlock.machines.flatten import way
from interlock.machines.invariants import Around, compile_invariants
from interlock.machines.naming import check_names
from interlock.machines.questions import compile_question
from interlock.machines.retry import PERMILLE, RetryPolicy
from interlock.machines.schema import (
    ApproveDefinition,
    ChooseDefinition,
    FinalDefinition,
    MachineDocument,
    RetryDefinition,
    RunDefinition,
    UndoDefinition,
    WaitDefinition,
    WaitSubject,
)
from interlock.machines.scopes import Fields, Scopes
from interlock.machines.source import Source
from interlock.machines.target_schema import NoticeDefinition
from interlock.machines.tree import Node, build_tree

_UNDO_RESULTS = (Trigger.DONE.value, Trigger.FAILED.value)
_WAIT_RESULTS = (Trigger.MET.value,)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled machine and the tree it came from; both are needed to check it."""

    machine: Machine
    tree: Node


def compile_machine(document: Document, written: MachineDocument, catalogue: Catalogue) -> Compiled:
    """Return a machine; where the document has faults they are reported and parts are missing."""
    compiler = StateCompiler.of(Source(document), written, catalogue)
    check_names(compiler.source, written, compiler.root)
    states = {leaf.path: compiler.state(leaf) for leaf in compiler.root.leaves()}
    return Compiled(_machine(written, compiler, states), compiler.root)


def _machine(
    written: MachineDocument, compiler: StateCompiler, states: Mapping[str, State]
) -> Machine:
    first = way(None, compiler.root)
    machine = Machine(
        id=written.id,
        package=written.package,
        version=written.version,
        title=written.title,
        owner=written.owner,
        severity=written.severity,
        runbook_url=written.runbook_url,
        doc=written.doc,
        context=compiler.context,
        events=compiler.scopes.events,
        outcomes=tuple(dict.fromkeys((*written.outcomes, ABORTED))),
        initial="" if first is None else first.dest,
        initial_timers=() if first is None else first.timers,
        resolve_within_ms=None
        if written.sla is None
        else parse_duration(written.sla.resolve_within),
        invariants=compile_invariants(
            compiler.source,
            written.invariants,
            compiler.catalogue,
            Around(compiler.root, compiler.scopes),
        ),
        terms=written.terms(),
        states=_used(compiler.root, states),
        digest="",
    )
    return replace(machine, digest=fingerprint(machine))


def _used(root: Node, states: Mapping[str, State]) -> dict[str, State]:
    """Return the states without the built-in ``aborted`` where nothing leads there."""
    reached = {b.dest for s in states.values() for way in ways_out(s).values() for b in way}
    unused = root.children[ABORTED].is_built_in and ABORTED not in reached
    return {path: s for path, s in states.items() if not (unused and path == ABORTED)}


@dataclass(frozen=True, slots=True)
class StateCompiler:
    """Compiles the leaves of one machine."""

    source: Source
    written: MachineDocument
    catalogue: Catalogue
    context: Fields
    scopes: Scopes
    root: Node
    branches: BranchCompiler

    @classmethod
    def of(cls, source: Source, written: MachineDocument, catalogue: Catalogue) -> StateCompiler:
        """Return the compiler of a document."""
        context = fields_of(written.context)
        events = {name: fields_of(data) for name, data in written.events.items()}
        scopes, root = Scopes(context, events, catalogue.parameters), build_tree(written)
        branches = BranchCompiler(source, scopes, context, root)
        return cls(source, written, catalogue, context, scopes, root, branches)

    def state(self, node: Node) -> State:
        """Return a leaf compiled."""
        definition = node.definition
        match definition:
            case RunDefinition():
                return self._run(node, definition)
            case WaitDefinition():
                return self._wait(node, definition)
            case ApproveDefinition():
                return self._approve(node, definition)
            case ChooseDefinition():
                branches = self.branches.choice(node, definition.choose)
                return ChooseState(path=node.path, branches=branches, doc=definition.doc)
            case UndoDefinition():
                handlers = self.branches.handlers(Leaf(node, _UNDO_RESULTS))
                return UndoState(path=node.path, handlers=handlers, doc=definition.doc)
            case FinalDefinition():
                return self._final(node, definition)
            case _:  # pragma: no cover  # a leaf holds no states
                raise InvariantBroken(f"{node.path} holds states and was compiled as a leaf")

    def _run(self, node: Node, definition: RunDefinition) -> RunState:
        signature = self._signature(definition.run, (*node.loc, "run"), "act")
        loc = (*node.loc, "with") if definition.with_ else (*node.loc, "run")
        inputs = self.source.arguments(
            definition.with_,
            loc,
            self.scopes.state(),
            signature.inputs,
            complete=f"action {definition.run!r}",
        )
        self._check_patience(node, definition, signature)
        return RunState(
            path=node.path,
            action=definition.run,
            inputs=inputs,
            retry=None if definition.retry is None else _retry(definition.retry),
            handlers=self.branches.handlers(Leaf(node, RESULTS, signature.outputs)),
            doc=definition.doc,
        )

    def _signature(self, action: str, loc: Loc, kind: str) -> Signature:
        """Return an action's signature; one that is unknown or of another kind is reported."""
        found = self.catalogue.actions.get(action)
        if found is None:
            self.source.unknown(loc, "RV211", "action", action, list(self.catalogue.actions))
            return FAULTY
        if found.kind and found.kind != kind:
            place = "a `run` state" if kind == "act" else "`enter`"
            self.source.report(
                loc, "RV711", f"{action!r} is of kind {found.kind}; {place} takes {kind}"
            )
        return found

    def _check_patience(self, node: Node, definition: RunDefinition, signature: Signature) -> None:
        for text in definition.after:
            if parse_duration(text) < signature.lasting_ms:
                lasting = format_duration(signature.lasting_ms)
                message = f"the timer ends before {definition.run!r} can: it may take {lasting}"
                self.source.report((*node.loc, "after", text), "RV706", message, key=True)

    def _wait(self, node: Node, definition: WaitDefinition) -> WaitState:
        kind, name = _subject(definition.wait)
        fields = self.catalogue.element(kind, name)
        if fields is None:
            known = list(self.catalogue.elements(kind))
            self.source.unknown((*node.loc, "wait", kind), "RV210", kind, name, known)
            fields = OPEN
        self._check_bounded(node)
        return WaitState(
            path=node.path,
            wait=self._subject(node, definition.wait, fields),
            handlers=self.branches.handlers(Leaf(node, _WAIT_RESULTS)),
            doc=definition.doc,
        )

    def _check_bounded(self, node: Node) -> None:
        if not any(one.timed for one in (node.machine, *node.chain)):
            message = f"state {node.path!r} may wait for ever"
            self.source.report(node.loc, "RV605", message, "add `after: {10m: <state>}`", key=True)

    def _subject(self, node: Node, subject: WaitSubject, fields: Fields) -> Wait:
        kind, name = _subject(subject)
        scope = self.scopes.element(fields)
        found = self.source.conditions(subject.where, (*node.loc, "wait", "where"), scope)
        where, key = (None, None) if found is None else (found[0], _key(found[1], scope))
        return Wait(kind, name, where, key, subject.hold or 0)

    def _approve(self, node: Node, definition: ApproveDefinition) -> ApproveState:
        asked = compile_question(self.source, node, definition.approve, self.scopes.told())
        answers = self.branches.answers(node, definition.approve.choices)
        return ApproveState(
            path=node.path,
            question=asked,
            notices=self._notices(node, definition.enter, self.scopes.asked()),
            handlers={**self.branches.handlers(Leaf(node, ())), **answers},
            doc=definition.doc,
        )

    def _final(self, node: Node, definition: FinalDefinition) -> FinalState:
        if definition.final not in {*self.written.outcomes, ABORTED}:
            loc = (*node.loc, "final")
            self.source.unknown(loc, "RV607", "outcome", definition.final, self.written.outcomes)
        notices = self._notices(node, definition.enter, self.scopes.told())
        return FinalState(
            path=node.path, outcome=definition.final, notices=notices, doc=definition.doc
        )

    def _notices(
        self, node: Node, notices: tuple[NoticeDefinition, ...], scope: Scope
    ) -> tuple[Notice, ...]:
        return tuple(
            self._notice(one, (*node.loc, "enter", number), scope)
            for number, one in enumerate(notices)
        )

    def _notice(self, notice: NoticeDefinition, loc: Loc, scope: Scope) -> Notice:
        signature = self._signature(notice.notify, (*loc, "notify"), "notify")
        inputs = self.source.arguments(
            notice.with_,
            (*loc, "with") if notice.with_ else (*loc, "notify"),
            scope,
            signature.inputs,
            complete=f"action {notice.notify!r}",
            strict=False,
        )
        return Notice(notice.notify, inputs)


def fields_of(definitions: Mapping[str, FieldDefinition]) -> dict[str, Field]:
    """Return declared fields in runtime units."""
    return {name: definition.field() for name, definition in definitions.items()}


def _subject(subject: WaitSubject) -> tuple[str, str]:
    return (
        ("signal", subject.signal) if subject.signal is not None else ("fact", subject.fact or "")
    )


def _key(conjuncts: tuple[ExpressionNode, ...], scope: Scope) -> tuple[str, str] | None:
    """Return the first equality of an element field with a context field."""
    for node in conjuncts:
        kind = classify(node, scope)
        if isinstance(kind, FieldJoin) and (kind.operator, kind.alias) == ("==", "ctx"):
            return kind.field, kind.other_field
        scope = scope.knowing(proven(node))
    return None


def _retry(definition: RetryDefinition) -> RetryPolicy:
    return RetryPolicy(
        attempts=definition.attempts,
        backoff_ms=definition.backoff,
        factor_permille=_permille(definition.factor),
        max_ms=definition.max,
        jitter_permille=_permille(definition.jitter),
        on=tuple(sorted(set(definition.on))),
    )


def _permille(share: Decimal) -> int:
    return int(share * PERMILLE)
