"""How ``Store.append`` stores what the fold derived: the rows of ``interlock.engine.rows``."""

from __future__ import annotations

import sqlite3

from interlock.digest import digest_bytes
from interlock.engine.journal.statements import Insert
from interlock.engine.journal.tables import Action, Annotation, Incident, Snapshot, Transition
from interlock.engine.rows import Derived

_REPLACE_INCIDENT = Insert.replacing(Incident.__table__)
_INSERT_TRANSITION = Insert(Transition.__table__)
_REPLACE_ACTION = Insert.replacing(Action.__table__)
_INSERT_ANNOTATION = Insert(Annotation.__table__)
_REPLACE_SNAPSHOT = Insert.replacing(Snapshot.__table__)


def write_derived(database: sqlite3.Connection, derived: Derived) -> None:
    """Store the rows of an append, inside its transaction.

    A transition or annotation that is there already is an error: each is derived once.
    """
    _REPLACE_INCIDENT.run(database, derived.incidents)
    _INSERT_TRANSITION.run(database, derived.transitions)
    _REPLACE_ACTION.run(database, derived.actions)
    _INSERT_ANNOTATION.run(database, derived.annotations)
    if derived.snapshot is not None:
        seq, state = derived.snapshot
        _REPLACE_SNAPSHOT.run(database, [(seq, state, digest_bytes(state))])
        database.execute(
            "DELETE FROM snapshot WHERE seq NOT IN"
            " (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT 2)"
        )
