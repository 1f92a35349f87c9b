"""R2 and R3 on a real node: kill -9 at any fsync loses no acked signal, doubles no effect.

Each run is killed at its K-th ``fdatasync``, started again and left to finish.  The ledger lies
outside of the process; it counts effects under the idempotency key the node gives it.
Negative control: a ledger that forgets keys, and a node that forgets its journal, are caught.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from interlock.engine.journal.reader import Reader
from interlock.engine.journal.tables import Action, Incident
from interlock.engine.replay import verify
from tests.scale import count

ROOT = Path(__file__).parents[2]
NODE = [sys.executable, "-m", "tests.failure.ledger_node"]
STRACE = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


def live(
    folder: Path, *, kill_at: int | None = None, bundle: str = "ledger"
) -> tuple[bool, set[str]]:
    """Run the node; return whether it ended by itself and which items it acknowledged."""
    tracer = []
    if kill_at is not None:
        tracer = [*STRACE, "-e", f"inject=fdatasync:signal=KILL:when={kill_at}"]
    ended = subprocess.run(
        [*tracer, *NODE, str(folder), "1", "reference", bundle],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = ended.stdout.split("\n")
    assert ended.returncode in (0, -9, 137), ended.stderr[-2_000:]
    return "DONE" in lines, {line[4:] for line in lines if line.startswith("ACK ")}


def effects(folder: Path) -> list[dict[str, str]]:
    """Return the lines of the ledger."""
    ledger = folder / "ledger.jsonl"
    return [json.loads(line) for line in ledger.read_text().splitlines()] if ledger.exists() else []


def rows(folder: Path, table: type[Action | Incident]) -> list[dict[str, object]]:
    """Return the rows of a read model."""
    with Reader(folder / "interlock.db") as reader, reader.session() as session:
        return [dict(row) for row in session.execute(select(table.__table__)).mappings()]


def broken_promises(folder: Path, acked: set[str]) -> list[str]:
    """Return what does not hold after a life that was cut short and one that was not."""
    found = []
    intents = {row["idempotency_key"] for row in rows(folder, Action)}
    done = effects(folder)
    if not acked <= {str(row["key"]) for row in rows(folder, Incident)}:
        found.append("an acked signal was lost")
    if len({line["item"] for line in done}) != len(done):
        found.append("an effect was doubled")
    if not {line["key"] for line in done} <= intents:
        found.append("an effect has no durable intent")
    if any(row["outcome"] != "resolved" for row in rows(folder, Incident)):
        found.append("an incident did not end resolved")
    if not verify(folder / "interlock.db").is_sound:
        found.append("the history does not verify")
    return found


@pytest.mark.parametrize("kill_at", [*range(1, count(sample=9, full=40), count(sample=2, full=1))])
def test_a_kill_at_any_fsync_loses_nothing_and_doubles_nothing(
    tmp_path: Path, kill_at: int
) -> None:
    _, acked = live(tmp_path, kill_at=kill_at)
    ended, again = live(tmp_path)

    assert ended
    assert broken_promises(tmp_path, acked | again) == []


def test_a_ledger_with_an_effect_twice_is_caught(tmp_path: Path) -> None:
    """Negative control: the check sees a doubled effect and one without an intent."""
    live(tmp_path)
    with (tmp_path / "ledger.jsonl").open("a") as ledger:
        ledger.write('{"item": "item-0", "key": "nobody-intended-this"}\n')

    assert broken_promises(tmp_path, set()) == [
        "an effect was doubled",
        "an effect has no durable intent",
    ]


def test_a_journal_that_forgot_an_acked_signal_is_caught(tmp_path: Path) -> None:
    """Negative control: the check misses an incident whose signal was acknowledged."""
    live(tmp_path)

    assert broken_promises(tmp_path, {"item-0", "item-1"}) == ["an acked signal was lost"]
