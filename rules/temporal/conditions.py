"""``for`` of a pattern: from the words to what is watched, with every fault at its place."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.language import Document, Field, Loc, expression
from interlock.language.expression import OPEN
from interlock.language.values import TIMESTAMP, format_duration
from interlock.rules.declarations import FactType, SignalType
from interlock.rules.declare import Declarations
from interlock.rules.draft import Bindings, Draft, Stated
from interlock.rules.network import ElementKind, Pattern
from interlock.rules.temporal.watches import SINCE, Answer, TimedPattern, hold


class Lasting:
    """One pattern that must last."""

    def __init__(
        self, document: Document, loc: Loc, drafted: Draft, declarations: Declarations
    ) -> None:
        self._document = document
        self._loc = loc
        self._drafted = drafted
        named = declarations.signals if drafted.kind is ElementKind.SIGNAL else declarations.facts
        self._declared: SignalType | FactType | None = named.get(drafted.type)

    def pattern(self, alias: str, lasts_ms: int | None, answers: Sequence[Answer] = ()) -> Pattern:
        """Return the pattern of what lasts; faults are reported to the document.

        Args:
            alias: what it is bound to.
            lasts_ms: how long it must last; None: until none of the answers can come in time.
            answers: what must not come in time.
        """
        now = self._drafted.compiled(alias)
        if self._declared is None:
            return now
        if lasts_ms is not None:
            self._check_tests(lasts_ms)
        whole_ms = max([lasts_ms or 0, *(answer.within_ms for answer in answers)])
        self._check_ttl(whole_ms, "for" if lasts_ms == whole_ms else "as")
        watch = hold(now, self._key(), whole_ms, answers)
        return TimedPattern(
            alias=alias,
            kind=now.kind,
            type=watch.name,
            comparisons=now.comparisons,
            predicates=now.predicates,
            joins=now.joins,
            residuals=now.residuals,
            watch=watch,
        )

    def _key(self) -> tuple[str, ...]:
        """Return what tells one run from another; every occurrence is its own."""
        declared = self._declared
        if declared is None or (isinstance(declared, SignalType) and not declared.keep_latest):
            return ()
        return declared.key

    def _check_ttl(self, lasts_ms: int, key: str) -> None:
        declared = self._declared
        if not isinstance(declared, SignalType) or lasts_ms < declared.ttl_ms:
            return
        at, ttl = (*self._loc, key), format_duration(declared.ttl_ms)
        if not declared.keep_latest:
            message = f"an occurrence of {declared.name!r} is gone after its ttl of {ttl}"
            self._document.report(at, "RV322", message, "write a shorter for, or raise the ttl")
        else:
            message = f"lasts only if {declared.name!r} is said again within its ttl of {ttl}"
            hint = "make sure that it is, or raise the ttl"
            self._document.report(at, "RV322", message, hint, warning=True)

    def _check_tests(self, lasts_ms: int) -> None:
        """Warn of tests that are made at the moment only, as they read something else."""
        for stated in self._drafted.stated:
            others = expression.names(stated.node)
            if others and not self._is_constant(stated):
                text = expression.print_expression(stated.node)
                message = (
                    f"'{text}' need not have held for {format_duration(lasts_ms)}, only now: "
                    f"it reads {', '.join(sorted(others))}"
                )
                hint = "assert a fact from it, and let that last"
                self._document.report(stated.loc, "RV325", message, hint, warning=True)

    def _is_constant(self, stated: Stated) -> bool:
        """Whether a test says the same of every element of a run: it equates a part of the key."""
        match expression.classify(stated.node, stated.scope):
            case expression.FieldJoin(name, "=="):
                return not self._key() or name in self._key()
            case _:
                return False


def bind_since(document: Document, loc: Loc, alias: str, bindings: Bindings) -> None:
    """Let what comes after a lasting pattern read since when it lasts."""
    fields = bindings.fields[alias]
    if fields is OPEN:
        return
    if SINCE in fields:
        message = f"what lasts has a field {SINCE!r}, and this has one already"
        document.report((*loc, "as"), "RV214", message, "name the field otherwise")
    bindings.fields[alias] = {**fields, SINCE: Field(TIMESTAMP)}
    bindings.certain[alias] |= {SINCE}
