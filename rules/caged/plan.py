"""What crosses to the worker: the rulesets of one pack, and how the rows of its facts are read.

A ruleset knows string constants only as numbers; the strings themselves, its *words*, stand beside
it in the plan.  The cage numbers every other string of an evaluation on the fly, so equal strings
have equal numbers, nothing else about a string can matter, and no byte an author or a sender wrote
comes near the C parser.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from interlock.digest import digest

Cells: TypeAlias = Sequence[str | int | bool | None]
"""One fact: its kind, then a value per column of that kind, ``None`` where it is absent."""

NumberedMatch: TypeAlias = tuple[int, tuple[int, ...]]
"""A rule's number, and for each of its patterns the place of the fact among the rows."""

_LONG: Final = 64


class Reading(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an element type under the name the engine knows."""

    name: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Ruleset:
    """JSON that the engine compiles, and the kinds of fact it can use."""

    text: str
    kinds: frozenset[int]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a cage needs to answer for one pack."""

    columns: Mapping[int, tuple[Column, ...]]
    """Of each kind, in the order of its rows."""
    words: tuple[str, ...]
    """String constants; the number of a word in the rulesets is its place here."""
    rulesets: Mapping[int, tuple[Ruleset, ...]]
    """By the kind of the focus."""

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form."""
        return {
            "columns": [
                [kind, [[column.name, column.reading.value] for column in columns]]
                for kind, columns in sorted(self.columns.items())
            ],
            "words": list(self.words),
            "rulesets": [
                [kind, [[ruleset.text, sorted(ruleset.kinds)] for ruleset in rulesets]]
                for kind, rulesets in sorted(self.rulesets.items())
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Read what :meth:`to_json` wrote."""
        return cls(
            columns={
                kind: tuple(Column(name, Reading(reading)) for name, reading in columns)
                for kind, columns in data["columns"]
            },
            words=tuple(data["words"]),
            rulesets={
                kind: tuple(Ruleset(text, frozenset(kinds)) for text, kinds in rulesets)
                for kind, rulesets in data["rulesets"]
            },
        )

    @property
    def digest(self) -> str:
        """Name of the plan: the same rules give the same name on every machine."""
        return digest(self.to_json())


def shorten(text: str) -> str:
    """Return a short string that is equal for equal texts and different for different ones.

    A text of up to 64 characters stays; a longer one becomes its SHA-256, which at 71 characters
    is no text that stays.
    """
    if len(text) <= _LONG:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
