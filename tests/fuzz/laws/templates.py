"""Any text with ``${}`` is a template or its faults lie inside it; filled in, it is text."""

from __future__ import annotations

from dataclasses import replace

from interlock.language.expression import (
    ExpressionError,
    Template,
    canonical_text,
    check_template,
    compile_template,
)
from interlock.language.values import UNKNOWN
from tests.fuzz.laws.expressions import PAIRS
from tests.property.language_strategies import SCOPE


def hold(data: bytes) -> None:
    """Parse, check, print, compile and fill in a text."""
    text = data.decode(errors="replace")
    try:
        template = Template(text)
    except ExpressionError as fault:
        assert 0 <= fault.start < fault.end <= len(text) + 1
        return
    assert Template(canonical_text(template.parts)).parts == template.parts
    scope = replace(SCOPE)  # one remembers all it was asked
    faults: list[ExpressionError] = []
    check_template(template, scope, faults)
    assert all(0 <= fault.start < fault.end <= len(text) for fault in faults)
    if faults:
        return
    for strict in (False, True):
        fill = compile_template(template, scope, strict=strict)
        for row, other in PAIRS:
            value = fill(row, {"err": other})
            if template.single is None:
                assert isinstance(value, str) or (strict and value is UNKNOWN)
