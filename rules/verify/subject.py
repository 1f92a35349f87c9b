"""A rule as it is reasoned about: its conjuncts with their regions and their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from interlock.language import Diagnostic, Field, Loc
from interlock.language.diagnostics import Severity, Span
from interlock.language.expression import Evaluate, Template, compile_expression, print_expression
from interlock.language.expression.check import resolve
from interlock.language.regions import Region, Truth, meet, truth_of
from interlock.language.regions.owner import owned
from interlock.rules.checks import Written
from interlock.rules.declare import Declarations
from interlock.rules.draft import Stated
from interlock.rules.network import ElementKind, Pattern, Rule, SendSpec, StartSpec

Names = Mapping[str, str]
"""What each alias is to be called, where two rules are laid side by side."""


@dataclass(frozen=True, eq=False)
class Statement:
    """One conjunct of one pattern.

    Attributes:
        written: the rule it stands in.
        stated: the conjunct.
        owner: the alias of its pattern; of a negation a name no alias has.
    """

    written: Written
    stated: Stated
    owner: str

    @cached_property
    def text(self) -> str:
        """The conjunct as its author wrote it, on one line."""
        node, whole = self.stated.node, self.written.document.at(self.stated.loc)
        said = whole[node.start : node.end] if isinstance(whole, str) else ""
        return " ".join(said.split()) or print_expression(node)

    @cached_property
    def truth(self) -> Truth:
        """Where it is true, false and unknown."""
        return self.called({})

    def called(self, names: Names) -> Truth:
        """Return its truth with the elements called otherwise."""
        own = {**names, "": names.get(self.owner, self.owner)}
        key = tuple(sorted(own.items()))
        if key not in self._known:
            self._known[key] = truth_of(resolve(self.stated.node, self.stated.scope), own)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[tuple[str, str], ...], Truth]:
        return {}

    @cached_property
    def test(self) -> Evaluate:
        """The conjunct as it is evaluated."""
        return compile_expression(self.stated.node, self.stated.scope)

    def finding(
        self, code: str, message: str, hint: str | None = None, severity: Severity = "warning"
    ) -> Diagnostic:
        """Return a finding at exactly this conjunct."""
        document = self.written.document
        about = document.about(self.stated.loc)
        return Diagnostic(document.path, self.span, severity, code, message, hint, about)

    @cached_property
    def span(self) -> Span:
        """Where it is written."""
        node = self.stated.node
        return self.written.document.expression_span(self.stated.loc, node.start, node.end)


@dataclass(frozen=True, eq=False)
class Subject:
    """One rule.

    Attributes:
        written: the rule with where it is written.
        declarations: what it may speak of.
        patterns: the conjuncts of each of its patterns.
        negations: the conjuncts of each of its negations.
    """

    written: Written
    declarations: Declarations
    patterns: tuple[tuple[Statement, ...], ...]
    negations: tuple[tuple[Statement, ...], ...]

    @property
    def rule(self) -> Rule:
        """The rule, compiled."""
        return self.written.rule

    @property
    def statements(self) -> Iterator[Statement]:
        """Every conjunct that must hold for it to match."""
        return (one for group in self.patterns for one in group)

    @cached_property
    def region(self) -> Region:
        """Where all its patterns can match at once."""
        return meet(*(one.truth.true for one in self.statements))

    @cached_property
    def incident(self) -> Template | None:
        """What it acts on, where it starts or sends."""
        acts = (one for one in self.rule.consequences if isinstance(one, StartSpec | SendSpec))
        return next((Template(one.incident.text) for one in acts), None)

    def readable(self, alias: str) -> Mapping[str, Field]:
        """Return what may be read of what an alias is bound to."""
        return self.written.conditions.bindings.fields[alias]

    def binds_element(self, pattern: Pattern) -> bool:
        """Whether a pattern binds a signal or fact, not a number of them."""
        known = self.declarations
        of = known.signals if pattern.kind is ElementKind.SIGNAL else known.facts
        return of[pattern.declared].readable.keys() <= self.readable(pattern.alias).keys()

    @property
    def machines(self) -> frozenset[str]:
        """The machines it starts."""
        return frozenset(s.machine for s in self.rule.consequences if isinstance(s, StartSpec))

    def finding(
        self,
        where: Loc,
        code: str,
        message: str,
        hint: str | None = None,
        severity: Severity = "warning",
    ) -> Diagnostic:
        """Return a finding at a place within the rule."""
        document, loc = self.written.document, (*self.written.loc, *where)
        about = document.about(loc)
        return Diagnostic(document.path, document.span(loc), severity, code, message, hint, about)


def subject(written: Written, declarations: Declarations) -> Subject:
    """Return a rule with everything that is reasoned from."""
    conditions = written.conditions
    nothing: tuple[tuple[Stated, ...], ...] = ((),) * len(conditions.patterns)
    known = len(conditions.stated) == len(conditions.patterns)
    return Subject(
        written,
        declarations,
        tuple(
            tuple(Statement(written, one, pattern.alias) for one in stated)
            for pattern, stated in zip(
                conditions.patterns, conditions.stated if known else nothing, strict=True
            )
        ),
        tuple(
            tuple(Statement(written, one, f"not {number}") for one in stated)
            for number, stated in enumerate(conditions.forbidden)
        ),
    )


def by_rule(subjects: Iterable[Subject]) -> list[list[Subject]]:
    """Return the branches of each rule together, in the order given."""
    found: dict[str, list[Subject]] = {}
    for one in subjects:
        found.setdefault(one.rule.id, []).append(one)
    return list(found.values())


def renamed(template: Template, names: Names) -> str:
    """Return a template's canonical text with the elements called otherwise."""
    return "".join(
        part if isinstance(part, str) else f"${{{print_expression(owned(part, names))}}}"
        for part in template.parts
    )


def is_plain(rule: Rule) -> bool:
    """Whether a rule is nothing but patterns, negations and consequences.

    What else a rule may say (for how long, how often, except when) is not reasoned about, so
    nothing is told of a rule that says it.
    """
    unknown = [one.name for one in fields(rule) if one.name not in _PLAIN]
    strange = any(bool(getattr(rule, name)) for name in unknown)
    return not (strange or any(map(_is_odd, (*rule.patterns, *rule.negations))))


def _is_odd(pattern: Pattern) -> bool:
    unknown = [one.name for one in fields(pattern) if one.name not in _PLAIN_PATTERN]
    return any(bool(getattr(pattern, name)) for name in unknown)


_PLAIN = frozenset(
    {
        *("id", "patterns", "negations", "consequences", "why", "salience", "exclusive", "shadow"),
        *("stratum", "title", "owner", "severity", "risk", "runbook_url", "path", "line"),
    }
)
_PLAIN_PATTERN = frozenset(
    {"alias", "kind", "type", "comparisons", "predicates", "joins", "residuals"}
)
