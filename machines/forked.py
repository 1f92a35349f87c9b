"""Branches of a parallel state: what they are called, and how they end."""

from __future__ import annotations

from dataclasses import dataclass

SUCCEEDED, BROKE = "done", "failed"
"""How a branch of a parallel state ends; one that ends otherwise has failed, too."""


@dataclass(frozen=True, slots=True)
class Forked:
    """Of which parallel state a machine is a branch.

    Attributes:
        machine: id of the machine that forks.
        state: path of its parallel state.
        branch: name of the branch.
        number: its place among the branches, from 0.
    """

    machine: str
    state: str
    branch: str
    number: int

    @property
    def of(self) -> tuple[str, str]:
        """The machine that forks, and the name of the branch."""
        return self.machine, self.branch

    @property
    def path(self) -> str:
        """What the branch is called in its machine, e.g. ``fixing.db``."""
        return f"{self.state}.{self.branch}"
