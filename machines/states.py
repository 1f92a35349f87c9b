"""Compiles a machine document: each leaf of its tree to a state, faults reported in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from interlock.errors import InvariantBroken
from interlock.language import Document, Loc
from interlock.language.expression import OPEN, FieldJoin, Scope, classify, proven
from interlock.language.expression import Node as ExpressionNode
from interlock.language.values import format_duration, parse_duration
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
    ParallelState,
    RunState,
    State,
    Trigger,
    UndoState,
    WaitState,
    ways_out,
)
from interlock.machines.fingerprint import fingerprint
from interlock.machines.flatten import way
from interlock.machines.forked import BROKE, SUCCEEDED, Forked
from interlock.machines.forks import check_fork
from interlock.machines.invariants import Around, compile_invariants
from interlock.machines.naming import check_names, check_states
from interlock.machines.questions import compile_question
from interlock.machines.schema import (
    ApproveDefinition,
    ChooseDefinition,
    FinalDefinition,
    MachineDocument,
    ParallelDefinition,
    RunDefinition,
    UndoDefinition,
    WaitDefinition,
    WaitSubject,
)
from interlock.machines.scopes import Fields, Scopes
from interlock.machines.source import Source
from interlock.machines.target_schema import NoticeDefinition
from interlock.machines.tree import Node, build_branches, build_tree
from interlock.machines.wait import Wait
from interlock.machines.written import fields_of, retry_of

_UNDO_RESULTS = (Trigger.DONE.value, Trigger.FAILED.value)
_WAIT_RESULTS = (Trigger.MET.value,)
_FORK_RESULTS = (Trigger.JOINED.value, Trigger.FAILED.value)
_BRANCH_ENDS = (SUCCEEDED, BROKE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled machine and the tree it came from; both are needed to check it."""

    machine: Machine
    tree: Node

    def parts(self) -> Iterator[Compiled]:
        """Yield it, and each branch of its parallel states."""
        yield self
        for leaf in self.tree.leaves():
            state = self.machine.states.get(leaf.path)
            if isinstance(state, ParallelState):
                for name, root in build_branches(leaf).items():
                    yield Compiled(state.branches[name], root)


def compile_machine(document: Document, written: MachineDocument, catalogue: Catalogue) -> Compiled:
    """Return a machine; where the document has faults they are reported and parts are missing."""
    compiler = StateCompiler.of(Source(document), written, catalogue)
    check_names(compiler.source, written)
    machine = replace(
        compiler.machine(written.id, written.title, written.doc),
        resolve_within_ms=None
        if written.sla is None
        else parse_duration(written.sla.resolve_within),
        invariants=compile_invariants(
            compiler.source,
            written.invariants,
            compiler.catalogue,
            Around(compiler.root, compiler.scopes),
        ),
    )
    return Compiled(replace(machine, digest=fingerprint(machine)), compiler.root)


def _used(root: Node, states: Mapping[str, State]) -> dict[str, State]:
    """Return the states without the built-in ``aborted`` where nothing leads there."""
    reached = {b.dest for s in states.values() for way in ways_out(s).values() for b in way}
    unused = root.children[ABORTED].is_built_in and ABORTED not in reached
    return {path: s for path, s in states.items() if not (unused and path == ABORTED)}


@dataclass(frozen=True, slots=True)
class StateCompiler:
    """Compiles one machine, or one branch of a parallel state, leaf by leaf.

    Attributes:
        source: the document.
        written: the machine's document, also of a branch.
        catalogue: what may be referred to.
        context, scopes: what may be read.
        root: the states as nested.
        branches: compiles the ways out.
        outcomes: how it may end.
        forked: which branch it is; None for the machine itself.
    """

    source: Source
    written: MachineDocument
    catalogue: Catalogue
    context: Fields
    scopes: Scopes
    root: Node
    branches: BranchCompiler
    outcomes: tuple[str, ...]
    forked: Forked | None = None

    @classmethod
    def of(cls, source: Source, written: MachineDocument, catalogue: Catalogue) -> StateCompiler:
        """Return the compiler of a document."""
        context = fields_of(written.context)
        events = {name: fields_of(data) for name, data in written.events.items()}
        scopes, root = Scopes(context, events, catalogue.parameters), build_tree(written)
        branches = BranchCompiler(source, scopes, context, root)
        outcomes = written.outcomes
        return cls(source, written, catalogue, context, scopes, root, branches, outcomes)

    def machine(self, ident: str, title: str, doc: str) -> Machine:
        """Return it compiled, faults reported; without what only a document can say."""
        check_states(self.source, self.written, self.root)
        first, written = way(None, self.root), self.written
        return Machine(
            id=ident,
            package=written.package,
            version=written.version,
            title=title,
            owner=written.owner,
            severity=written.severity,
            runbook_url=written.runbook_url,
            doc=doc,
            context=self.context,
            events=self.scopes.events,
            outcomes=tuple(dict.fromkeys((*self.outcomes, ABORTED))),
            initial="" if first is None else first.dest,
            initial_timers=() if first is None else first.timers,
            terms=written.terms(),
            forked=self.forked,
            states=_used(self.root, {leaf.path: self.state(leaf) for leaf in self.root.leaves()}),
            digest="",
        )

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
            case ParallelDefinition():
                return self._parallel(node, definition)
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
            retry=None if definition.retry is None else retry_of(definition.retry),
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

    def _parallel(self, node: Node, definition: ParallelDefinition) -> ParallelState:
        if self.forked is not None:
            message = f"branch {self.forked.branch!r} forks again"
            hint = "let the outer state have the inner branches, or start another machine"
            self.source.report((*node.loc, "parallel"), "RV617", message, hint, key=True)
            return ParallelState(path=node.path, branches={}, handlers={})
        state = ParallelState(
            path=node.path,
            branches={
                name: self._branch(node, name, number, root)
                for number, (name, root) in enumerate(build_branches(node).items())
            },
            handlers=self.branches.handlers(Leaf(node, _FORK_RESULTS)),
            doc=definition.doc,
        )
        check_fork(self.source, state)
        return state

    def _branch(self, node: Node, name: str, number: int, root: Node) -> Machine:
        outside = frozenset(node.visible())
        compiler = replace(
            self,
            root=root,
            branches=BranchCompiler(self.source, self.scopes, self.context, root, outside),
            outcomes=_BRANCH_ENDS,
            forked=Forked(self.written.id, node.path, name, number),
        )
        ident, title = f"{self.written.id}/{node.path}/{name}", f"{self.written.title}: {name}"
        machine = compiler.machine(ident, title, getattr(root.definition, "doc", ""))
        return replace(machine, digest=fingerprint(machine))

    def _final(self, node: Node, definition: FinalDefinition) -> FinalState:
        if definition.final not in {*self.outcomes, ABORTED}:
            loc = (*node.loc, "final")
            if self.forked is not None:
                message = f"a branch cannot end as {definition.final!r}"
                self.source.report(loc, "RV607", message, "as `done` or `failed`")
            else:
                self.source.unknown(loc, "RV607", "outcome", definition.final, self.outcomes)
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
