"""Loads a rule base: documents in, a `RuleBase` or every fault at once out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from interlock.language import Diagnostic, Document, Loc, ordered, refuse_errors, validate
from interlock.language.expression import NO_PARAMETERS, Parameters
from interlock.rules.branches import Branching, branchings
from interlock.rules.checks import Written, check_rule, check_strata, check_together
from interlock.rules.conditions import compile_conditions
from interlock.rules.consequences import ConsequenceCompiler
from interlock.rules.declaration_schema import SignalsDocument
from interlock.rules.declare import Declarations, declare, note_broken, place_text
from interlock.rules.draft import Bindings
from interlock.rules.examples import read_examples
from interlock.rules.network import ExceptionSpec, Rule, StartSpec
from interlock.rules.overlays import KIND, Overlay, Overlays, read_overlays
from interlock.rules.restraints import RestraintCompiler
from interlock.rules.rulebase import Definitions, RuleBase
from interlock.rules.schema import RuleDefinition, RulesDocument
from interlock.rules.starts import Start
from interlock.rules.strata import stratify

Refuse: TypeAlias = Callable[[Sequence[Written], Declarations], list[Diagnostic]]
"""Tells faults of rules while it is known where each is written."""

_OURS = ("signals/v1", "rules/v1", KIND, None)
"""None: a document too broken to have a kind; its faults are everybody's."""


def load_rulebase(
    documents: Iterable[Document],
    parameters: Parameters = NO_PARAMETERS,
    refuse: Refuse | None = None,
) -> RuleBase:
    """Return the rule base that some documents make together.

    Args:
        documents: in any order; kinds other than signals/v1 and rules/v1 are left to others.
        parameters: what ``params.x`` stands for.
        refuse: what else is a fault; it takes the place of a warning of the same.

    Raises:
        DefinitionError: with every fault of these documents, sorted by place.
    """
    ours = sorted((one for one in documents if one.kind in _OURS), key=lambda one: one.path)
    enabled, declarations = read_rules(ours, parameters)
    unread = check_together(enabled, declarations)
    strata = stratify(declarations.facts, [one.rule for one in enabled])
    check_strata(enabled, strata)
    # What stands outside of a branch is compiled with each, and its faults are found as often.
    found = list(dict.fromkeys(one for document in ours for one in document.diagnostics))
    if refuse is not None:
        certain = refuse(enabled, declarations)
        graver = {(one.path, one.about, one.code) for one in certain}
        milder = (one for one in found if (one.path, one.about, one.code) not in graver)
        found = [*milder, *certain]
    refuse_errors(found)
    rules = [replace(one.rule, stratum=strata.of_rule[one.rule.id]) for one in enabled]
    return RuleBase(
        Definitions(
            signal_types=dict(sorted(declarations.signals.items())),
            fact_types=dict(sorted(declarations.facts.items())),
            rules=rules,
            strata=strata,
            starts=_distinct(start for one in enabled for start in _starts(one)),
            warnings=tuple(ordered(found)),
            unread=unread,
            examples={one.rule.id: one.examples for one in enabled if one.examples},
        )
    )


def read_rules(
    documents: Iterable[Document], parameters: Parameters = NO_PARAMETERS
) -> tuple[list[Written], Declarations]:
    """Return the rules that are not disabled, sorted by id, and what they may speak of.

    For whoever needs to know where something is written; `load_rulebase` tells what it means.
    Faults are reported to the documents.
    """
    ours = sorted((one for one in documents if one.kind in _OURS), key=lambda one: one.path)
    declarations = Declarations(parameters=parameters)
    for document in ours:
        if document.kind == "signals/v1":
            model = validate(SignalsDocument, document)
            if model is None:
                note_broken(document, declarations)
            else:
                declare(document, model, declarations)
    overlays = read_overlays(ours)
    written = sorted(_written(ours, declarations, overlays), key=lambda one: one.rule.id)
    return [one for one in written if not one.is_disabled], declarations


@dataclass(frozen=True, slots=True)
class _Source:
    """A rule as it is written, with what overlays replace and add."""

    document: Document
    loc: Loc
    shape: RulesDocument
    definition: RuleDefinition
    overlays: Sequence[Overlay] = ()

    @property
    def id(self) -> str:
        package, name = self.shape.package, self.definition.id
        return f"{package}/{name}" if package else name

    def under(self, overlays: Overlays) -> _Source:
        """Return the rule with its overlays."""
        definition = overlays.replaced(self.id, self.definition)
        return replace(self, definition=definition, overlays=overlays.of_rule.get(self.id, ()))


def _written(
    documents: Iterable[Document], declarations: Declarations, overlays: Overlays
) -> Iterator[Written]:
    """Yield every rule, compiled; of several with one id only the first."""
    first: dict[str, _Source] = {}
    is_whole = True
    for document in documents:
        shape = validate(RulesDocument, document) if document.kind == "rules/v1" else None
        is_whole = is_whole and (shape is not None or document.kind not in {"rules/v1", None})
        for number, definition in enumerate(shape.rules if shape is not None else ()):
            assert shape is not None
            source = _Source(document, ("rules", number), shape, definition)
            same = first.setdefault(source.id, source)
            if same is source:
                ones = _branches(source.under(overlays), declarations)
                for branch in ones:
                    check_rule(branch, declarations)
                yield from ones
            else:
                at = place_text(same.document, same.loc)
                message = f"rule {source.id!r} is written already at {at}"
                where = (*source.loc, "id")
                document.report(where, "RV310", message, "give one of them another id")
    if is_whole:  # else the rule may be one that nobody can read
        overlays.report_unknown(first)


def _branches(source: _Source, declarations: Declarations) -> list[Written]:
    """Return a rule compiled, once for each way through its branches."""
    document, definition = source.document, source.definition
    ways = branchings(document, (*source.loc, "when"), definition.when)
    ones = [_compiled(source, declarations, one) for one in ways]
    at = (*source.loc, "examples")
    examples = read_examples(document, at, source.id, definition.examples, declarations)
    return [replace(one, examples=examples) for one in ones]


def _compiled(source: _Source, declarations: Declarations, way: Branching) -> Written:
    document, loc = source.document, source.loc
    shape, definition = source.shape, source.definition
    before = _errors(document)
    conditions = compile_conditions(document, way.conditions, declarations)
    compiler = ConsequenceCompiler(document, conditions.bindings, declarations)
    consequences = compiler.consequences((*loc, "then"), definition.then)
    rule = Rule(
        id=source.id,
        patterns=conditions.patterns,
        negations=conditions.negations,
        consequences=consequences,
        why=compiler.text((*loc, "why"), definition.why),
        salience=definition.salience,
        exclusive=definition.exclusive,
        shadow=definition.status == "shadow",
        stratum=0,
        title=definition.title,
        owner=definition.owner or shape.owner,
        severity=definition.severity or shape.severity,
        risk=definition.risk or shape.risk,
        runbook_url=definition.runbook_url or shape.runbook_url,
        path=document.path,
        line=document.span(loc).line,
        branch=way.branch,
        repeats=RestraintCompiler(document, loc, conditions.bindings).repeats(definition),
        exceptions=_exceptions(source, conditions.bindings),
    )
    return Written(
        document=document,
        loc=loc,
        rule=rule,
        conditions=conditions,
        is_sound=_errors(document) == before,
        is_disabled=definition.status == "disabled",
    )


def _exceptions(source: _Source, bindings: Bindings) -> tuple[ExceptionSpec, ...]:
    """Return the exceptions of a rule, then those its overlays add."""
    own = RestraintCompiler(source.document, source.loc, bindings)
    found = own.exceptions(source.definition.exceptions)
    for overlay in source.overlays:
        if overlay.shape.add is not None:
            compiler = RestraintCompiler(overlay.document, ("add",), bindings)
            found = compiler.exceptions(overlay.shape.add.exceptions, found)
    return found


def _errors(document: Document) -> int:
    return sum(one.severity == "error" for one in document.diagnostics)


def _distinct(starts: Iterable[Start]) -> tuple[Start, ...]:
    found: list[Start] = []
    for start in starts:
        if start not in found[-1:]:
            found.append(start)
    return tuple(found)


def _starts(written: Written) -> Iterator[Start]:
    for number, spec in enumerate(written.rule.consequences):
        if isinstance(spec, StartSpec):
            span = written.document.span((*written.loc, "then", number, "start"))
            yield Start(
                machine=spec.machine,
                inputs={name: produced.type for name, produced in spec.inputs.items()},
                rule=written.rule.id,
                path=written.document.path,
                span=span,
            )
