"""Checked expression → Python source.

Guarantees: the source holds only operators, ``row``, ``env``, names of our own functions, and
``repr`` of constants; nothing an author wrote becomes Python.  A part that is sure compiles to
plain operators; one that may be UNKNOWN keeps its value in a variable and asks before use.

Laziness matters for more than speed: ``has(x) && x > 1`` reads ``row['x']`` without asking, so
the right side must not run when the left is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from interlock.errors import InvariantBroken
from interlock.language.expression.operators import common
from interlock.language.expression.typed import Operation, Typed
from interlock.language.regex import compile_pattern
from interlock.language.values import ANY, Kind, Type

UNKNOWN_TEXT: Final = "(unknown)"
"""How an unknown value reads in text."""

_SET_SIZE: Final = 8
"""From so many constants on, hashing beats comparing one by one."""

Form: TypeAlias = Callable[..., str]
"""Makes a Python expression of Python expressions for its parts, all of them known."""


def refuse_undeclared(typed: Typed) -> None:
    """Refuse what cannot be compiled, before it is.

    Raises:
        InvariantBroken: a part computes with a value whose type nobody declared.
    """
    for one in typed.parts:
        if one.type.kind is Kind.ANY and typed.operation != "join":
            raise InvariantBroken(f"cannot compile {typed.operation!r} of an undeclared value")
        refuse_undeclared(one)


class Emitter:
    """Writes the source of one function; collects the constants it refers to by name."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self._variables = 0

    def source(self, typed: Typed) -> str:
        """Return a Python expression for a checked part; it yields UNKNOWN only if unsure."""
        return _WRITERS[typed.operation](self, typed)

    def constant(self, typed: Typed) -> str:
        """Write a constant."""
        return repr(typed.value)

    def read(self, typed: Typed) -> str:
        """Write the read of a field."""
        owner = _owner(typed)
        return f"{owner}.get({typed.name!r}, U)" if typed.unsure else f"{owner}[{typed.name!r}]"

    def has(self, typed: Typed) -> str:
        """Write ``has(field)``; a required field is always there."""
        if typed.field and not typed.field.optional:
            return "True"
        return f"({typed.name!r} in {_owner(typed)})"

    def prefix(self, typed: Typed) -> str:
        """Write ``!`` or ``-``."""
        return self._strict(typed.parts, _PREFIXES[typed.operation].format)

    def logical(self, typed: Typed) -> str:
        """Write ``&&`` or ``||``: the deciding value anywhere wins over UNKNOWN."""
        if not typed.unsure:
            return "(" + f" {typed.operation} ".join(map(self.source, typed.parts)) + ")"
        decisive = typed.operation == "or"
        tests, doubts = [], []
        for part in typed.parts:
            source = self.source(part)
            if part.unsure:
                variable = self._variable()
                tests.append(f"({variable} := {source}) is {decisive}")
                doubts.append(f"{variable} is U")
            else:
                tests.append(source if decisive else f"not {source}")
        decided, doubtful = " or ".join(tests), " or ".join(doubts)
        return f"({decisive} if {decided} else U if {doubtful} else {not decisive})"

    def conditional(self, typed: Typed) -> str:
        """Write ``?:``; an unknown test makes it UNKNOWN whatever the branches are."""
        test, then, otherwise = typed.parts
        yes, no = self._as(then, typed.type), self._as(otherwise, typed.type)
        return self._strict((test,), lambda known: f"({yes} if {known} else {no})")

    def comparison(self, typed: Typed) -> str:
        """Write a comparison, both sides in the units of the longer scale."""
        left, right = typed.parts
        both = common(left.type, right.type) or ANY
        return self._strict(
            typed.parts,
            lambda a, b: (
                f"({_convert(a, left.type, both)} {typed.name} {_convert(b, right.type, both)})"
            ),
        )

    def membership(self, typed: Typed) -> str:
        """Write ``in``."""
        value, among = typed.parts
        item = among.type.item or ANY
        both = common(value.type, item) or ANY
        sought = self._as(value, both)
        if among.operation == "list":
            items = [self._as(one, both) for one in among.parts]
            if typed.unsure:
                return f"member({sought}, ({', '.join(items)},))"
            hashed = len(items) >= _SET_SIZE and all(one.is_constant for one in among.parts)
            return f"({sought} in {_bracketed(items, '{}' if hashed else '()')})"
        wide = Type(Kind.LIST, item=both)
        form = "member({0}, {1})" if value.unsure else "({0} in {1})"
        return self._strict(
            (among,), lambda known: form.format(sought, _convert(known, among.type, wide))
        )

    def each(self, _typed: Typed) -> str:
        """Write the item the quantifier around is at."""
        return _ITEM

    def quantifier(self, typed: Typed) -> str:
        """Write ``exists`` or ``all``: ``||`` or ``&&`` over the items."""
        among, test = typed.parts
        truths = self.source(test)
        return self._strict(
            (among,),
            lambda known: f"{_QUANTIFIERS[typed.operation]}({truths} for {_ITEM} in {known})",
        )

    def sum(self, typed: Typed) -> str:
        """Write ``+`` or ``-``, both sides in the units of the result."""
        left, right = typed.parts
        return self._strict(
            typed.parts,
            lambda a, b: (
                f"({_convert(a, left.type, typed.type)} {typed.operation}"
                f" {_convert(b, right.type, typed.type)})"
            ),
        )

    def product(self, typed: Typed) -> str:
        """Write ``*``; the scales of both sides add up by themselves."""
        return self._strict(typed.parts, "({0} * {1})".format)

    def quotient(self, typed: Typed) -> str:
        """Write ``/`` so that the quotient of units has the units of the result."""
        left, right = typed.parts
        shift = typed.type.scale + right.type.scale - left.type.scale
        up, down = 10 ** max(shift, 0), 10 ** max(-shift, 0)
        return self._strict(typed.parts, f"divide({{0}} * {up}, {{1}} * {down})".format)

    def remainder(self, typed: Typed) -> str:
        """Write ``%``."""
        return self._strict(typed.parts, "remainder({0}, {1})".format)

    def list(self, typed: Typed) -> str:
        """Write a list whose items all have the list's item type."""
        item = typed.type.item or ANY
        return self._strict(
            typed.parts,
            lambda *names: _bracketed(
                [
                    _convert(name, one.type, item)
                    for name, one in zip(names, typed.parts, strict=True)
                ],
                "()",
            ),
        )

    def item(self, typed: Typed) -> str:
        """Write the look-up of a list item."""
        return self._strict(typed.parts, "item({0}, {1})".format)

    def call(self, typed: Typed) -> str:
        """Write a call; a pattern becomes a constant, compiled once."""
        function, first = typed.function, typed.parts[0]
        if function is None:  # pragma: no cover  # the checker makes none
            raise InvariantBroken("a call without a function")
        if function.name == "matches":
            test = self._constant(compile_pattern(str(typed.parts[1].value)))
            return self._strict((first,), lambda name: function.python.format(name, test))
        type_ = self._constant(first.type) if "{type}" in function.python else ""
        return self._strict(typed.parts, lambda *names: function.python.format(*names, type=type_))

    def join(self, typed: Typed) -> str:
        """Write text put together from parts."""
        if typed.strict:
            return self._strict(
                typed.parts, lambda *names: self._joined(typed.parts, names, typed.parts)
            )
        names = []
        for part in typed.parts:
            source = self.source(part)
            if part.unsure:
                variable = self._variable()
                shown = self._shown(part, variable)
                source = f"({UNKNOWN_TEXT!r} if ({variable} := {source}) is U else {shown})"
            names.append(source)
        sure = [part for part in typed.parts if not part.unsure]
        return self._joined(typed.parts, names, sure)

    def _joined(self, parts: Sequence[Typed], names: Sequence[str], shown: Sequence[Typed]) -> str:
        texts = [
            self._shown(part, name) if part in shown else name
            for part, name in zip(parts, names, strict=True)
        ]
        return f"''.join({_bracketed(texts, '()')})"

    def _shown(self, part: Typed, name: str) -> str:
        if part.type.kind is Kind.STRING:
            return name
        return f"text_of({name}, {self._constant(part.type)})"

    def fit(self, typed: Typed) -> str:
        """Write the last step of a value that leaves: target units, and nothing out of bounds."""
        (part,) = typed.parts
        source = self.source(part)
        if typed.type.kind is Kind.TIMESTAMP:
            return f"dated({source})"
        shift = typed.type.scale - part.type.scale
        return f"fitted({source}, {10 ** max(shift, 0)}, {10 ** max(-shift, 0)})"

    def _as(self, part: Typed, wanted: Type) -> str:
        """Write a part in the units of another type."""
        if part.type == wanted:
            return self.source(part)
        return self._strict((part,), lambda name: _convert(name, part.type, wanted))

    def _strict(self, parts: Sequence[Typed], form: Form) -> str:
        """Write an operation that is UNKNOWN as soon as one of its parts is."""
        tests, names = [], []
        for part in parts:
            name = self.source(part)
            if part.unsure:
                variable = self._variable()
                tests.append(f"({variable} := {name}) is U")
                name = variable
            names.append(name)
        body = form(*names)
        return f"(U if {' or '.join(tests)} else {body})" if tests else body

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def _constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name


def _owner(typed: Typed) -> str:
    return f"env[{typed.alias!r}]" if typed.alias else "row"


def _convert(name: str, written: Type, wanted: Type) -> str:
    """Return Python that turns units of one type into the finer ones of another."""
    if written.item and wanted.item:
        factor = 10 ** (wanted.item.scale - written.item.scale)
        return name if factor == 1 else f"widened({name}, {factor})"
    factor = 10 ** (wanted.scale - written.scale)
    return name if factor == 1 else f"({name} * {factor})"


def _bracketed(items: Sequence[str], brackets: str) -> str:
    return f"{brackets[0]}{', '.join(items)},{brackets[1]}"


_ITEM: Final = "each"
"""The one name an item has; quantifiers do not nest."""

_QUANTIFIERS: Final[Mapping[Operation, str]] = {"exists": "some", "all": "every"}

_PREFIXES: Final[Mapping[Operation, str]] = {"not": "(not {0})", "negate": "(-{0})"}

_WRITERS: Final[Mapping[Operation, Callable[[Emitter, Typed], str]]] = {
    "constant": Emitter.constant,
    "read": Emitter.read,
    "has": Emitter.has,
    "not": Emitter.prefix,
    "negate": Emitter.prefix,
    "and": Emitter.logical,
    "or": Emitter.logical,
    "if": Emitter.conditional,
    "compare": Emitter.comparison,
    "in": Emitter.membership,
    "+": Emitter.sum,
    "-": Emitter.sum,
    "*": Emitter.product,
    "/": Emitter.quotient,
    "%": Emitter.remainder,
    "list": Emitter.list,
    "item": Emitter.item,
    "call": Emitter.call,
    "join": Emitter.join,
    "fit": Emitter.fit,
    "each": Emitter.each,
    "exists": Emitter.quantifier,
    "all": Emitter.quantifier,
}
