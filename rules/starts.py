"""Which machines the rules start, for whoever knows the machines to check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.language.diagnostics import Span
from interlock.language.values import Type


@dataclass(frozen=True, slots=True)
class Start:
    """A machine some rule starts.

    Attributes:
        machine: the machine's id.
        inputs: what it is given.
        rule: the rule's id.
        path, span: where the rule says so.
    """

    machine: str
    inputs: Mapping[str, Type]
    rule: str
    path: str
    span: Span
