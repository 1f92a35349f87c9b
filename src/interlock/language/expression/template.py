"""Templates: text with ``${expression}`` in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from interlock.language.expression.compile import Evaluate
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.scope import Scope
from interlock.language.expression.syntax import Node
from interlock.language.values import Type


@dataclass(frozen=True)
class Template:
    """A parsed template; ``$${`` stands for the characters ``${``.

    Raises:
        ExpressionError: an expression in it does not parse; offsets count in ``text``.
    """

    text: str
    parts: tuple[str | Node, ...] = field(init=False, compare=False)
    """Text and expressions in order; node offsets count in ``text``."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The expressions, in order."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    @property
    def single(self) -> Node | None:
        """The one expression that is the whole template and so keeps its type, or None."""
        raise NotImplementedError


def check_template(
    template: Template, scope: Scope, errors: list[ExpressionError] | None = None
) -> Type:
    """Return what a template yields: its expression's type when it is exactly one, else string.

    Raises:
        ExpressionError: as ``check``; only when ``errors`` is None.
    """
    raise NotImplementedError


def compile_template(template: Template | str, scope: Scope, *, strict: bool = False) -> Evaluate:
    """Return the function that fills a template in.

    A template that is exactly one ``${…}`` gives that expression's value, UNKNOWN included.  Any
    other gives a string, where an unknown value reads ``(unknown)``; with ``strict`` (for keys
    and identifiers) the whole is UNKNOWN instead.

    Raises:
        ExpressionError: it does not pass ``check_template``.
    """
    raise NotImplementedError
