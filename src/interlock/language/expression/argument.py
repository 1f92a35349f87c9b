"""Arguments: YAML values (constants, templates, lists of them) given to a declared field.

Used by ``set:``, ``with:`` and every other place where an author fills a typed field.
"""

from __future__ import annotations

from interlock.language.expression.compile import Evaluate
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.scope import Scope
from interlock.language.values import Field, YamlValue


def check_argument(
    value: YamlValue, scope: Scope, target: Field, errors: list[ExpressionError] | None = None
) -> None:
    """Check that a YAML value may fill ``target``.

    Text with ``${…}`` is a template, other text is a constant in the text form of the target's
    type (``5m`` for a duration); numbers and truth values are constants; a list fills a list
    item by item.  int widens to double; a double of more digits than the target's scale is cut
    toward zero, as ``/`` does.  A value of the wrong type is RV202, a constant the declaration
    forbids RV205 or RV206.  Offsets count in the text of ``value``.

    Raises:
        ExpressionError: as ``check``; only when ``errors`` is None.
    """
    raise NotImplementedError


def compile_argument(value: YamlValue, scope: Scope, target: Field) -> Evaluate:
    """Return the function that gives the argument's value in runtime units of ``target``.

    The value is UNKNOWN when the template's is or when it leaves ±(2^53-1).  Whether it
    satisfies enum, range and pattern is known only then: ask ``values.violation``.

    Raises:
        ExpressionError: it does not pass ``check_argument``.
    """
    raise NotImplementedError
