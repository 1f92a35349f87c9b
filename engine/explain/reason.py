"""One node of an explanation, and the rows and notes it is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Note = Mapping[str, Any]
"""A row of the read models, or a part of a decision."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One node of an explanation.

    Attributes:
        kind: ``incident action transition firing fact signal time verdict check result command
            question timer``.
        id: of the thing, where it has one.
        title: one line for people.
        seq: position of the entry that decided it.
        at: time of that entry, ms.
        children: what it rests on, in order.
    """

    kind: str
    id: str
    title: str
    seq: int | None = None
    at: int | None = None
    children: tuple[Reason, ...] = ()
