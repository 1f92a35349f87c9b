"""What a machine or an action is agreed on, beyond what can be checked of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a contract.

    Attributes:
        assumes: what is taken for granted, in words.
        environment: what it depends on, in words.
        authorised: roles that may authorise it, sorted; empty when anybody's word will do.
    """

    assumes: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    authorised: tuple[str, ...] = ()


NO_TERMS = Terms()
"""Of a contract that says none."""
