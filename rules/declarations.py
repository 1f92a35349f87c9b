"""Signals and facts as their authors declared them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.language.implicit import IMPLICIT_FACT_FIELDS, IMPLICIT_SIGNAL_FIELDS
from interlock.language.values import Field


@dataclass(frozen=True, slots=True)
class SignalType:
    """A declared signal.

    Attributes:
        name: dotted name, unique among signals and facts.
        fields: declared fields; the implicit ones are not among them.
        key: fields (or ``subject``, ``source``) whose values identify one live element.
        correlate: fields (or ``subject``) that name the partition it belongs to.
        keep_latest: whether a newer element replaces the one with the same key; otherwise every
            occurrence lives on its own.
        ttl_ms: how long an element lives after it was last received.
        doc: the author's words.
    """

    name: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]
    correlate: tuple[str, ...]
    keep_latest: bool
    ttl_ms: int
    doc: str

    @property
    def readable(self) -> Mapping[str, Field]:
        """Every name an expression may read of this signal."""
        return {**IMPLICIT_SIGNAL_FIELDS, **self.fields}


@dataclass(frozen=True, slots=True)
class FactType:
    """A declared fact.

    Attributes:
        name: dotted name, unique among signals and facts.
        fields: declared fields; the implicit ones are not among them.
        key: fields whose values identify one fact.
        ttl_ms: how long a fact set by an operator lives; None: until it is retracted.  A derived
            fact lives exactly as long as its supports.
        doc: the author's words.
    """

    name: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]
    ttl_ms: int | None
    doc: str

    @property
    def readable(self) -> Mapping[str, Field]:
        """Every name an expression may read of this fact."""
        return {**IMPLICIT_FACT_FIELDS, **self.fields}
