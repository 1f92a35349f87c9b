"""The last signed checkpoint goes into a file of the auditor's; the store is only read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.note import open_checkpoint
from interlock.engine.journal.store import Store
from tests.unit.engine.journal.samples import NOON, ORIGIN, SIGNER, drafts, new_store
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a public key, for a store."""
    (tmp_path / "interlock.pub").write_text(SIGNER.verifier.text + "\n")
    return tmp_path


@pytest.fixture
def live(folder: Path) -> Store:
    """A store of three signed entries that is open for writing."""
    store = new_store(folder)
    store.append(drafts(0, 3), now_ms=NOON)
    return store


def take(interlock: Run, folder: Path, *more: str, file: str = "kept.txt") -> Ran:
    store = f"sqlite:///{folder}/interlock.db"
    return interlock("audit", "checkpoint", "--store", store, str(folder / file), *more)


def test_the_last_checkpoint_of_a_store_in_use_is_taken_out(
    interlock: Run, folder: Path, live: Store
) -> None:
    first = take(interlock, folder)
    live.append(drafts(3, 5), now_ms=NOON + 2_000)
    second = take(interlock, folder, file="later.txt")
    live.close()

    assert first == (0, f"{folder}/kept.txt covers the first 3 entries of {ORIGIN}\n", "")
    assert second.out.endswith(f"covers the first 5 entries of {ORIGIN}\n")
    held = open_checkpoint((folder / "kept.txt").read_text(), SIGNER.verifier)
    assert (held.origin, held.size) == (ORIGIN, 3)


def test_a_closed_store_is_only_read(interlock: Run, folder: Path, live: Store) -> None:
    live.close()
    before = hashlib.sha256((folder / "interlock.db").read_bytes()).hexdigest()

    code, out, _ = take(interlock, folder, "-o", "json")

    assert code == 0
    assert hashlib.sha256((folder / "interlock.db").read_bytes()).hexdigest() == before
    held = open_checkpoint((folder / "kept.txt").read_text(), SIGNER.verifier)
    assert json.loads(out) == {
        "file": f"{folder}/kept.txt",
        "origin": ORIGIN,
        "size": 3,
        "root": held.root.hex(),
    }


def test_a_checkpoint_that_is_held_is_not_written_over(
    interlock: Run, folder: Path, live: Store
) -> None:
    live.close()
    (folder / "kept.txt").write_text("what I hold")

    code, _, err = take(interlock, folder)

    assert code == 2
    assert "kept.txt exists; evidence is never written over" in err
    assert (folder / "kept.txt").read_text() == "what I hold"


def test_a_checkpoint_of_another_key_is_not_taken(
    interlock: Run, folder: Path, live: Store
) -> None:
    live.close()
    (folder / "interlock.pub").write_text(Signer.generate(ORIGIN).verifier.text + "\n")

    code, _, err = take(interlock, folder)

    assert code != 0
    assert "not signed by" in err
    assert not (folder / "kept.txt").exists()


def test_a_store_where_nothing_is_signed_says_so(interlock: Run, folder: Path) -> None:
    new_store(folder).close()

    code, _, err = take(interlock, folder)

    assert code == 2
    assert "has no checkpoint yet" in err


def test_there_must_be_a_store(interlock: Run, folder: Path) -> None:
    code, _, err = take(interlock, folder)

    assert code == 2
    assert "there is no store at" in err


def test_a_folder_that_is_not_there_is_named(interlock: Run, folder: Path, live: Store) -> None:
    live.close()

    code, _, err = take(interlock, folder, file="no/kept.txt")

    assert code == 3
    assert "cannot write" in err
