"""Small entries, read-model rows and stores for the journal's tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from interlock.digest import canonical
from interlock.engine.journal import connections, schema
from interlock.engine.journal.forms import Draft
from interlock.engine.journal.keys import Signer
from interlock.engine.journal.store import Store
from interlock.engine.journal.tree import Tree, leaf_hashes
from interlock.engine.rows import (
    ActionRow,
    AnnotationRow,
    Derived,
    IncidentRow,
    TransitionRow,
)

ORIGIN = "interlock.example/test"
SIGNER = Signer.parse(
    "PRIVATE+KEY+interlock.example/test+333dd4c3+ASoqKioqKioqKioqKioqKioqKioqKioqKioqKioqKioq"
)
"""A key for tests; its seed is 32 asterisks."""
NOON = 1_732_536_000_000


def body(n: int, kind: str = "signal", *, at: int = NOON) -> bytes:
    """Return the n-th entry's body."""
    return canonical({"at": at, "kind": kind, "signal": {"id": f"m-{n}", "source": "test"}})


def message_key(value: Mapping[str, Any]) -> tuple[bytes, bytes] | None:
    """Return the dedup key and digest of a body."""
    if value["kind"] != "signal":
        return None
    signal = value["signal"]
    key = hashlib.sha256(f"{signal['source']} {signal['id']}".encode()).digest()[:16]
    return key, hashlib.sha256(canonical(signal)).digest()[:8]


def draft(n: int) -> Draft:
    """Return the draft of the n-th message."""
    key = message_key({"kind": "signal", "signal": {"id": f"m-{n}", "source": "test"}})
    return Draft("signal", body(n), key)


def drafts(start: int, stop: int) -> list[Draft]:
    """Return the drafts of messages ``start`` to ``stop - 1``."""
    return [draft(n) for n in range(start, stop)]


def other(n: int, kind: str = "timer") -> Draft:
    """Return the draft of an entry that is no message."""
    return Draft(kind, body(n, kind))


def new_store(folder: Path, *, signer: Signer | None = SIGNER) -> Store:
    """Open the store of a folder; small reserve, so that tests write little."""
    path = folder / "interlock.db"
    if not path.exists():
        path.write_bytes(empty_database())
    return Store.open(path, signer=signer, reserve_bytes=4096)


def root_of(store: Store) -> bytes:
    """Return the root over the bodies as they are stored."""
    return Tree(leaf_hashes(row.body for row in store.reader.read(0, 1_000_000))).root()


@cache
def empty_database() -> bytes:
    """Return a database with its tables; to migrate one a test would take most of its time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = connections.open_writer(path)
        schema.bring_up_to_date(database)
        database.close()
        return path.read_bytes()


def incident(name: str = "inc-1", *, state: str = "triage", notes: int = 0) -> IncidentRow:
    return IncidentRow(
        id=name, key="web", machine="heal", machine_digest="d", state=state, outcome=None,
        severity="critical", opened_at=NOON, updated_at=NOON, closed_at=None, opened_seq=0,
        acknowledged_by=None, note_count=notes, rule="r", why="",
    )  # fmt: skip


def transition(n: int, name: str = "inc-1", *, seq: int = 0) -> TransitionRow:
    return TransitionRow(
        incident=name, n=n, seq=seq, at=NOON, machine="heal", source="triage", trigger="done",
        dest="restart", why="the probe failed", actor="",
    )  # fmt: skip


def action(intent: str = "act-1", *, status: str = "pending") -> ActionRow:
    return ActionRow(
        intent=intent, incident="inc-1", state="restart", action="restart_service",
        executor="dry_run", target="web-1", attempt=1, idempotency_key="k", status=status,
        outcome=None, verdict="{}", inputs="{}", outputs=None, decided_seq=0, result_seq=None,
        at=NOON,
    )  # fmt: skip


def annotation(seq: int) -> AnnotationRow:
    return AnnotationRow(incident="inc-1", seq=seq, at=NOON, actor="ann", text="seen")


def everything(seq: int) -> Derived:
    """Return derived rows of every kind, for the entry ``seq``."""
    return Derived(
        incidents=[incident(notes=seq)],
        transitions=[transition(seq, seq=seq)],
        actions=[action(f"act-{seq}")],
        annotations=[annotation(seq)],
        decided_through=seq,
        snapshot=(seq, b"state after %d" % seq),
    )
