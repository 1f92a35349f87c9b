"""``absent`` of a rule: from the words to what is listened for, with every fault at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import prod
from typing import Final

from interlock.language import Document, Field, Loc, expression, nearest
from interlock.language.expression import OPEN, ExpressionError, Scope
from interlock.language.expression.parameters import PARAMS
from interlock.language.values import (
    TIMESTAMP,
    Unknown,
    Value,
    YamlValue,
    format_duration,
    format_value,
    list_of,
    violation,
)
from interlock.rules.condition_schema import AbsentPattern
from interlock.rules.declare import Declarations
from interlock.rules.draft import Bindings, Draft, draft
from interlock.rules.network import ElementKind, Pattern
from interlock.rules.temporal.watches import SINCE, Listed, TimedPattern, absence

MOST_WATCHED: Final = 1_000
"""Most values, or combinations of values, that one ``absent`` watches for."""


class Absent:
    """One ``absent`` while it is compiled.

    Attributes:
        drafted: what may be read of an absence; it has no tests of its own.
        heard: what must hold of a signal for it to be heard.
    """

    def __init__(
        self,
        document: Document,
        loc: Loc,
        condition: AbsentPattern,
        declarations: Declarations,
        bindings: Bindings,
    ) -> None:
        """Check an absence; faults are reported to the document."""
        self._document = document
        self._loc: Loc = (*loc, "absent")
        self._condition = condition
        missed = condition.absent
        self.heard = draft(document, self._loc, missed, declarations, bindings)
        self._declared = declarations.signals.get(missed.signal)
        self._scope = Scope({}, {}, frozenset(), bindings.parameters)
        self._listed = self._read_key()
        fields = OPEN if self._listed is None else self._readable(loc)
        self.drafted = Draft(document, loc, ElementKind.SIGNAL, missed.signal, fields, bindings)

    def pattern(self) -> Pattern:
        """Return the pattern of the absence; faults are reported to the document."""
        missed = self._condition.absent
        plain = self.drafted.compiled(self._condition.alias)
        self._check_alone()
        if self._listed is None:
            return plain
        self._check_start()
        watch = absence(
            self.heard.compiled(""), self._listed, missed.lasts, missed.after_start or 0
        )
        return TimedPattern(
            alias=plain.alias,
            kind=plain.kind,
            type=watch.name,
            comparisons=watch.listed,
            watch=watch,
        )

    def _read_key(self) -> dict[str, Listed] | None:
        """Return the listed values by field; None: some are not what can be listened for."""
        if self._declared is None:
            return None
        found = {name: self._values(name, v) for name, v in self._condition.absent.key.items()}
        listed = {name: one for name, one in found.items() if one is not None}
        if len(listed) < len(found):
            return None
        count = prod(len(values) for _, values in listed.values())
        if count > MOST_WATCHED:
            message = f"{count:,} combinations are watched for, {MOST_WATCHED:,} is the most"
            self._report(("key",), "RV328", message, "list fewer, or write several rules")
            return None
        return listed

    def _values(self, name: str, written: YamlValue) -> Listed | None:
        """Return the type of a key field and the values listed for it."""
        declared = self._declared
        assert declared is not None
        at: Loc = ("key", name)
        field = declared.readable.get(name)
        if field is None or name not in declared.key:
            message = f"{name!r} is not in the key of {declared.name!r}: {', '.join(declared.key)}"
            code = "RV201" if field is None else "RV328"
            self._report(at, code, message, nearest(name, declared.key), key=True)
            return None
        if field.type.item is not None:
            message = f"{name!r} is a list, and no value that is watched for"
            self._report(at, "RV328", message, "leave it out", key=True)
            return None
        values = self._constants(at, written, field)
        if values is None:
            return None
        if not values:
            self._report(at, "RV328", "an empty list watches for nothing", "list a value")
            return None
        return field.type, sorted(set(values), key=repr)

    def _constants(self, at: Loc, written: YamlValue, field: Field) -> Sequence[Value] | None:
        """Return the values that an author lists; None: they have a fault."""
        self._document.read_as((*self._loc, *at), self._scope, is_template=True, target=field)
        if read := self._read_names(written):
            message = f"what is watched for is known beforehand, and this reads {_and(read)}"
            self._report(at, "RV328", message, "write the values, or a parameter")
            return None
        many = self._is_list(written)
        target = replace(field, type=list_of(field.type)) if many else field
        faults: list[ExpressionError] = []
        expression.check_argument(written, self._scope, target, faults)
        for fault in faults:
            self._document.report_expression((*self._loc, *at, *fault.within), fault)
        if faults or not self._is_settled(written):
            return None
        value = expression.compile_argument(written, self._scope, target, strict=True)({}, {})
        if isinstance(value, Unknown):
            self._report(at, "RV205", "cannot be worked out", "write the value itself")
            return None
        values = value if many and isinstance(value, tuple) else (value,)
        for one in values:
            complaint = violation(field, one)
            if complaint:  # of what a template gives it is known only now
                code = "RV206" if field.enum else "RV205"
                found = format_value(one, field.type)
                self._report(at, code, f"expected {complaint}, found {found}")
                return None
        return values

    def _is_list(self, written: YamlValue) -> bool:
        """Whether a list is given: as such, or as a parameter."""
        if not isinstance(written, str):
            return isinstance(written, Sequence)
        try:
            template = expression.Template(written)
            return expression.check_template(template, self._scope).item is not None
        except ExpressionError:
            return False  # it is reported when it is read

    def _is_settled(self, written: YamlValue) -> bool:
        """Whether all parameters that are read have a value; if not, that was reported."""
        return all(self._scope.is_settled(node) for node in self._nodes(written))

    def _read_names(self, written: YamlValue) -> frozenset[str]:
        """Return the elements and fields that values read; parameters are none."""
        reads = {path for node in self._nodes(written) for path in expression.reads(node)}
        return frozenset(alias or name for alias, name in reads if alias != PARAMS)

    def _nodes(self, written: YamlValue) -> Iterator[expression.Node]:
        """Yield the expressions in values; none of a text that has a fault."""
        texts = [written] if isinstance(written, str) else written
        for text in texts if isinstance(texts, Sequence) else ():
            with suppress(ExpressionError):
                nodes = expression.Template(text).nodes if isinstance(text, str) else ()
                yield from (self._scope.settled(node) for node in nodes)

    def _readable(self, loc: Loc) -> Mapping[str, Field]:
        declared = self._declared
        assert declared is not None
        fields = {name: declared.readable[name] for name in self._condition.absent.key}
        if SINCE in fields:
            message = f"what is absent has a field {SINCE!r}, and this has one already"
            self._document.report((*loc, "as"), "RV214", message, "name the field otherwise")
        return {**fields, SINCE: Field(TIMESTAMP)}

    def _check_alone(self) -> None:
        """Refuse tests of more than the signal: what is not there is not joined."""
        for stated in self.heard.stated:
            others = expression.names(stated.node)
            if others:
                message = f"what is absent is told by its own fields, and this reads {_and(others)}"
                hint = "list values under key, and equate them in the where of the other"
                self._document.report(stated.loc, "RV328", message, hint)

    def _check_start(self) -> None:
        lasts, after = self._condition.absent.lasts, self._condition.absent.after_start
        if after is not None and after <= lasts:
            message = f"says nothing beside for: {format_duration(lasts)}, which is no shorter"
            self._report(("after_start",), "RV329", message, "leave it out", warning=True)

    def _report(  # a fault and where it is
        self,
        where: Loc,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        key: bool = False,
        warning: bool = False,
    ) -> None:
        at = (*self._loc, *where)
        self._document.report(at, code, message, hint, key=key, warning=warning)


def _and(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))
