"""Loads the scenarios of a test document: all of them, or every fault at once."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.engine.bundle import Bundle
from interlock.language import Document, Loc, refuse_errors, validate
from interlock.language.values import parse_timestamp
from interlock.testing.scenario.expect_schema import QuietDefinition
from interlock.testing.scenario.expecting import ExpectationCompiler
from interlock.testing.scenario.faking import FakeCompiler
from interlock.testing.scenario.givens import GivenCompiler
from interlock.testing.scenario.model import Fake, Human, Scenario
from interlock.testing.scenario.naming import Names
from interlock.testing.scenario.schema import (
    HumanDefinition,
    ScenarioDefinition,
    ScenariosDocument,
)

KIND = "test/v1"
"""What a test document begins with."""


def read_shape(document: Document) -> ScenariosDocument:
    """Return a document's shape, which says what bundle it needs.

    Raises:
        DefinitionError: with every fault of its shape.
    """
    shape = validate(ScenariosDocument, document)
    refuse_errors(document.diagnostics)
    assert shape is not None  # or there would have been a fault
    return shape


def load_scenarios(
    document: Document, shape: ScenariosDocument, bundle: Bundle
) -> tuple[Scenario, ...]:
    """Return the scenarios of a document, in the order written.

    Args:
        document: where they are written.
        shape: what ``read_shape`` made of it.
        bundle: the bundle they are about.

    Raises:
        DefinitionError: with every fault of the document.
    """
    loader = _Loader(document, shape, bundle)
    scenarios = tuple(loader.scenario(n, one) for n, one in enumerate(shape.scenarios))
    refuse_errors(document.diagnostics)
    return scenarios


class _Loader:
    """One document and what all its scenarios share."""

    def __init__(self, document: Document, shape: ScenariosDocument, bundle: Bundle) -> None:
        self._document = document
        self._names = Names(document, bundle)
        self._givens = GivenCompiler.of(self._names, shape.fixtures)
        self._fakes = FakeCompiler(self._names).compiled((), shape, is_own=False)
        self._allow = self._allowed((), shape.allow)
        self._start = self._instant(shape.start)
        self._seen: set[str] = set()

    def scenario(self, number: int, written: ScenarioDefinition) -> Scenario:
        """Return one scenario compiled."""
        loc: Loc = ("scenarios", number)
        self._check(loc, written)
        quiet = [n for n, one in enumerate(written.expect) if isinstance(one, QuietDefinition)]
        covers = [
            full
            for n, name in enumerate(written.covers)
            for full in self._names.covered((*loc, "covers", n), name)
        ]
        fakes: dict[str, Fake] = {
            **self._fakes,
            **FakeCompiler(self._names).compiled(loc, written, is_own=True),
        }
        expected = ExpectationCompiler(self._names).compiled((*loc, "expect"), written.expect)
        return Scenario(
            name=written.name,
            path=self._document.path,
            span=self._document.span((*loc, "name")),
            covers=tuple(covers),
            start=self._start,
            until=written.until,
            given=self._givens.compiled((*loc, "given"), written.given),
            fakes=tuple(fakes.values()),
            humans=tuple(self._human((*loc, "humans", n), h) for n, h in enumerate(written.humans)),
            expectations=tuple(expected),
            quiet=self._document.span((*loc, "expect", quiet[0])) if quiet else None,
            allow=self._allow | self._allowed(loc, written.allow),
        )

    def _check(self, loc: Loc, written: ScenarioDefinition) -> None:
        if written.name in self._seen:
            message = f"scenario {written.name!r} is written twice"
            self._document.report((*loc, "name"), "RV122", message)
        self._seen.add(written.name)
        if not written.expect:
            hint = "say what is to happen, or quiet: true"
            message = f"scenario {written.name!r} expects nothing"
            self._document.report((*loc, "name"), "RV402", message, hint)

    def _human(self, loc: Loc, written: HumanDefinition) -> Human:
        return Human(
            states=self._names.questions(loc, written.on, written.choose, written.branch),
            incident=written.incident,
            branch=self._branch(loc, written),
            after_ms=written.after,
            actor=written.by,
            roles=tuple(sorted(set(written.role))),
            choice=written.choose,
            text=written.text,
            span=self._document.span(loc),
        )

    def _branch(self, loc: Loc, written: HumanDefinition) -> str | None:
        if written.branch is not None:
            self._names.branch((*loc, "branch"), written.branch)
        return written.branch

    def _allowed(self, loc: Loc, written: Sequence[str]) -> frozenset[str]:
        for number, name in enumerate(written):
            self._names.allowed((*loc, "allow", number), name)
        return frozenset(written)

    def _instant(self, written: str) -> int:
        try:
            return parse_timestamp(written)
        except ValueError as fault:
            self._document.report(("start",), "RV202", str(fault))
            return 0
