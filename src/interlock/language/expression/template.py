"""Templates: text with ``${expression}`` in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from interlock.language.expression.check import deliver, resolve
from interlock.language.expression.compile import Evaluate, bounded, compile_typed
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.lexer import MAX_LENGTH, tokenize
from interlock.language.expression.parser import parse_tokens
from interlock.language.expression.printer import print_expression
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Literal, Node
from interlock.language.expression.typed import Typed, any_unsure
from interlock.language.values import STRING, Type


@dataclass(frozen=True)
class Template:
    """A parsed template of at most 20,000 characters; ``$${`` stands for ``${``.

    Raises:
        ExpressionError: it is too long, or an expression in it does not parse; offsets
            count in ``text``.
    """

    text: str
    parts: tuple[str | Node, ...] = field(init=False, compare=False)
    """Text and expressions in order; node offsets count in ``text``."""

    def __post_init__(self) -> None:
        """Parse it."""
        if len(self.text) > MAX_LENGTH:
            message = f"text with ${{…}} is longer than {MAX_LENGTH:,} characters"
            raise ExpressionError(message, 0, len(self.text), "RE102", "say less")
        parts = _kept_parts if len(self.text) <= _SHORT else _all_parts
        object.__setattr__(self, "parts", parts(self.text))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The expressions, in order."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    @property
    def single(self) -> Node | None:
        """The one expression that is the whole template and so keeps its type, or None."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0]
        return None

    @property
    def constant(self) -> str | None:
        """The text it stands for when it holds no expression, or None."""
        texts = [part for part in self.parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(self.parts) else None


_SHORT = 400
"""Longest text whose parts are kept, in characters."""


def _all_parts(text: str) -> tuple[str | Node, ...]:
    return tuple(_parts(text))


_kept_parts = lru_cache(maxsize=1_024)(_all_parts)  # a text is read for several questions


def _parts(text: str) -> Iterator[str | Node]:
    at, plain = 0, ""
    while (found := text.find("${", at)) >= 0:
        if found > at and text[found - 1] == "$":
            plain += text[at : found - 1] + "${"
            at = found + 2
            continue
        plain += text[at:found]
        if plain:
            yield plain
        tokens = tokenize(text, found + 2, in_template=True)
        yield parse_tokens(tokens)
        at, plain = tokens[-1].start + 1, ""
    plain += text[at:]
    if plain:
        yield plain


def settled_text(template: Template, scope: Scope) -> str:
    """Return a template's text with its parameters replaced by their values.

    A template that reads none keeps the text it was written as.
    """
    parts = [part if isinstance(part, str) else scope.settled(part) for part in template.parts]
    if all(one is other for one, other in zip(parts, template.parts, strict=True)):
        return template.text
    return canonical_text(parts)


def canonical_text(parts: Iterable[str | Node]) -> str:
    """Return the text of a template's parts, expressions in canonical form."""
    return "".join(
        part.replace("${", "$${") if isinstance(part, str) else f"${{{print_expression(part)}}}"
        for part in parts
    )


def check_template(
    template: Template, scope: Scope, errors: list[ExpressionError] | None = None
) -> Type:
    """Return what a template yields: its expression's type when it is exactly one, else string.

    Raises:
        ExpressionError: as ``check``; only when ``errors`` is None.
    """
    return resolve_template(template, scope, errors).type


def compile_template(template: Template | str, scope: Scope, *, strict: bool = False) -> Evaluate:
    """Return the function that fills a template in.

    A template that is exactly one ``${…}`` gives that expression's value, UNKNOWN included.  Any
    other gives a string, where an unknown value reads ``(unknown)``; with ``strict`` (for keys
    and identifiers) the whole is UNKNOWN instead.

    Raises:
        ExpressionError: it does not pass ``check_template``.
    """
    parsed = Template(template) if isinstance(template, str) else template
    return compile_typed(bounded(resolve_template(parsed, scope, strict=strict)))


def resolve_template(
    template: Template,
    scope: Scope,
    errors: list[ExpressionError] | None = None,
    *,
    strict: bool = False,
) -> Typed:
    """Return the checked form of a template; arguments and errors as for ``check``.

    Raises:
        ExpressionError: as ``check``.
    """
    known = scope.filled.get((template.text, strict))
    if known is not None:
        return known
    found: list[ExpressionError] = []
    parts = tuple(_resolved(part, scope, found) for part in template.parts)
    deliver(found, errors)
    typed = _whole(template, parts, strict=strict)
    if not found:
        scope.filled[template.text, strict] = typed
    return typed


def _whole(template: Template, parts: tuple[Typed, ...], *, strict: bool) -> Typed:
    if template.single is not None:
        return parts[0]
    whole = Literal(0, len(template.text), STRING, template.text)
    constant = template.constant
    if constant is not None:
        return Typed(operation="constant", node=whole, type=STRING, value=constant)
    unsure = strict and any_unsure(parts)
    return Typed(
        operation="join", node=whole, type=STRING, parts=parts, unsure=unsure, strict=strict
    )


def _resolved(part: str | Node, scope: Scope, found: list[ExpressionError]) -> Typed:
    if isinstance(part, str):
        return Typed(operation="constant", node=_NOWHERE, type=STRING, value=part)
    return resolve(part, scope, found)


_NOWHERE = Literal(0, 0, STRING, "")
"""Where text around expressions stands: it has no faults."""
