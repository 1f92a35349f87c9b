"""A signal on its way in: what a door hands to the core, and what it gets back."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

Scalar = str | int | bool | list[int] | dict[str, int]
"""A single value as the journal holds it.

Text, whole number and truth value as themselves; a decimal as ``[units, scale]``; a moment
as ``{"at_ms": n}``; a length of time as ``{"ms": n}``.  Numbers are within ±(2^53-1).
"""

Form = Scalar | dict[str, list[Scalar]]
"""A value as the journal holds it; a list as ``{"list": [one, …]}``."""

SeverityWord = Literal["", "info", "warning", "error", "critical"]
StatusWord = Literal["firing", "resolved"]


class SignalBody(TypedDict):
    """The ``signal`` object of a journal entry; every limit of the contract holds."""

    id: str
    """Names the message: with ``source`` it counts once."""
    source: str
    """Who says it."""
    name: str
    """Names the signal's definition."""
    subject: str
    """What it is about; may be empty."""
    severity: SeverityWord
    """Empty when the source does not say."""
    status: StatusWord
    """Whether the condition holds."""
    labels: dict[str, str]
    """Text the source attached; data, never trusted."""
    values: dict[str, Form]
    """Typed values by field name."""
    observed_at: int | None
    """When the source saw it, ms since the epoch; None when it does not say.  Not yet
    compared with the time of receipt: the core clamps what lies in the future."""
    trace: str
    """W3C traceparent; empty when there is none."""


class Incoming(NamedTuple):
    """One signal ready to be journalled."""

    signal: SignalBody
    encoded: bytes
    """Its canonical bytes (``interlock.digest.canonical``), made here because both the
    limits and the journal need them."""


class Receipt(NamedTuple):
    """What became of one signal."""

    status: Literal["accepted", "duplicate", "conflict", "rejected"]
    seq: int | None = None
    """The entry that holds the id; None when rejected."""
    reason: str = ""
    """For people; empty when accepted."""
    field: str = ""
    """Field at fault, e.g. ``values.ratio``; empty when it is not one field."""
    partition: int = 0
    """Partition of ``seq``."""


class Quarantined(NamedTuple):
    """Something no signal could be made of."""

    reason: str
    """What was expected and found."""
    digest: str
    """SHA-256 of the item's bytes, 64 hex digits."""
    excerpt: str
    """The first of its text, at most 512 characters, as it came."""
