"""A small real program on the store, to be killed, cut off and starved; and what must hold after.

Run as ``python -m tests.failure.journal_program PATH APPENDS MODE``, it prints ``ACK n`` once
append n is acknowledged.  The modes but ``FULL`` are negative controls: each breaks a promise.
Each append writes three entries and one row of each read model, so that a half of it would show.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from sqlmodel import select

from interlock.engine.journal.store import Store
from interlock.engine.journal.tables import Annotation, Incident, Transition
from interlock.engine.journal.verify import verify
from interlock.engine.rows import Derived
from interlock.errors import JournalError
from tests.unit.engine.journal.samples import (
    NOON,
    SIGNER,
    annotation,
    draft,
    drafts,
    incident,
    message_key,
    transition,
)

ENTRIES = 3
REFUSED = 3
"""Exit status after an append was refused."""


def run(path: Path, appends: int, mode: str) -> int:
    """Open the store, append, acknowledge, close; return the exit status.

    Args:
        path: the store.
        appends: how many it is to hold in the end.
        mode: ``FULL`` as in life; ``NORMAL`` or ``OFF`` as SQLite's ``synchronous``; ``EARLY``
            to acknowledge before appending.
    """
    synchronous = "FULL" if mode == "EARLY" else mode
    try:
        store = Store.open(path, signer=SIGNER, reserve_bytes=4096, _synchronous=synchronous)
        # The log is moved every ten appends or so, so that the short run crosses that line.
        store._database.execute("PRAGMA wal_autocheckpoint = 200")
        with store:
            return append_all(store, appends, early=mode == "EARLY")
    except JournalError as error:  # in opening, or in sealing the last entries
        say(f"REFUSED {error}")
        return REFUSED


def append_all(store: Store, appends: int, *, early: bool) -> int:
    """Append what is missing; acknowledge each, or promise each when that is early."""
    for number in range(store.size // ENTRIES, appends):
        if early:
            say(f"ACK {number}")
        try:
            append(store, number)
        except JournalError as error:
            say(f"REFUSED {error}")
            return after_refusal(store)
        if not early:
            say(f"ACK {number}")
    return 0


def append(store: Store, number: int) -> None:
    """Append number ``number``."""
    first = number * ENTRIES
    rows = Derived(
        incidents=[incident(notes=number)],
        transitions=[transition(number, seq=first)],
        annotations=[annotation(first)],
        decided_through=first,
        snapshot=(first, b"state" * 100),
    )
    entries = drafts(first, first + ENTRIES)
    store.append(entries, rows, now_ms=NOON + number * 400, blobs=[b"blob %d" % number])


def after_refusal(store: Store) -> int:
    """Once refused, always refused."""
    try:
        append(store, 10_000)
    except JournalError:
        return REFUSED
    say("ACCEPTED AGAIN")
    return 1


def say(text: str) -> None:
    """Print at once and whole, so that nothing acknowledged is lost with the process."""
    os.write(1, f"{text}\n".encode())


def acknowledged(output: str) -> int:
    """Return how many appends a run's output acknowledges."""
    return sum(line.startswith("ACK ") for line in output.splitlines())


def violations(path: Path, acked: int) -> list[str]:
    """Recover the store as the next process would; return every broken promise.

    ``lost``: an acknowledged append is not there.  ``torn``: a part of an append is.
    ``damaged``: it cannot be opened, or does not verify, or does not go on.
    """
    if acked == 0 and not path.exists():
        return []
    try:
        return _violations(path, acked)
    except (JournalError, sqlite3.Error) as error:
        return ["lost"] * bool(acked) + [f"damaged: {error}"]


def _violations(path: Path, acked: int) -> list[str]:
    found = []
    with Store.open(path, signer=SIGNER, reserve_bytes=0) as store, store.reader.session() as rows:
        appends, rest = divmod(store.size, ENTRIES)
        notes = rows.exec(select(Incident.note_count)).all()
        parts = [
            rows.exec(select(Transition.n).order_by(Transition.n)).all(),
            [seq // ENTRIES for seq in rows.exec(select(Annotation.seq).order_by(Annotation.seq))],
        ]
        keys = [draft(n).dedup[0] for n in range(store.size + ENTRIES)]
        if appends < acked:
            found.append("lost")
        expected = [list(range(appends))] * 2, [appends - 1] * bool(appends)
        decided = (appends - 1) * ENTRIES if appends else -1
        whole = rest == 0 and (parts, notes) == expected and store.decided_through == decided
        if not whole or len(store.known(keys)) != store.size:
            found.append("torn")
    found += [f"damaged: {fault.line()}" for fault in _faults(path)]
    return found


def _faults(path: Path) -> tuple[object, ...]:
    return verify(path, verifier=SIGNER.verifier, dedup_of=message_key).faults


def consistent(path: Path) -> bool:
    """Return whether SQLite itself finds nothing wrong."""
    with closing(sqlite3.connect(path)) as database:
        return bool(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
