"""What the incidents of branches are called.

A parallel state makes each of its branches an incident, and its id says whose: ``inc-1.4.db`` is
branch ``db`` of what transition 4 of ``inc-1`` forked.  So the same journal gives the same ids,
coming to the state again gives others, and whoever holds an id knows the parent without a look.
"""

from __future__ import annotations

from typing import NamedTuple

_SEPARATOR = "."


class Descent(NamedTuple):
    """Where the incident of a branch comes from.

    Attributes:
        parent: id of the incident that forked.
        move: number of its transition into the parallel state.
        branch: name of the branch.
    """

    parent: str
    move: int
    branch: str


def branch_id(parent: str, move: int, branch: str) -> str:
    """Return the id of a branch's incident; parents' and branches' names hold no dots."""
    return _SEPARATOR.join((parent, str(move), branch))


def descent(incident: str) -> Descent | None:
    """Return where an incident comes from; None for one that no fork began."""
    parent, _, rest = incident.partition(_SEPARATOR)
    move, _, branch = rest.partition(_SEPARATOR)
    return Descent(parent, int(move), branch) if move.isdecimal() and branch else None


def branch_of(incident: str) -> str:
    """Return the name of the branch an incident is; empty for one that no fork began."""
    born = descent(incident)
    return "" if born is None else born.branch


def root_of(incident: str) -> str:
    """Return the incident it is a branch of, or itself."""
    return incident.partition(_SEPARATOR)[0]


def branches_of(parent: str) -> tuple[str, str]:
    """Return between which two texts, both left out, the ids of an incident's branches lie."""
    return f"{parent}{_SEPARATOR}", f"{parent}{chr(ord(_SEPARATOR) + 1)}"
