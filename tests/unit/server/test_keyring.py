"""The store's key: made once, kept private, never silently replaced."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from interlock.engine.journal.export import read_verifier
from interlock.errors import JournalCorrupt, JournalError, JournalUnsafe
from interlock.server.keyring import own_key
from interlock.server.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a data folder that is not there yet."""
    return Settings.read({}, {"data_dir": tmp_path / "new" / "data", "origin": "example/prod"})


def test_the_first_start_makes_a_key_that_only_its_owner_may_read(settings: Settings) -> None:
    signer = own_key(settings)

    assert "example/prod" == signer.name
    assert 0o600 == stat.S_IMODE(settings.key.stat().st_mode)
    assert 0o700 == stat.S_IMODE(settings.data_dir.stat().st_mode)


def test_later_starts_take_the_same_key(settings: Settings) -> None:
    assert own_key(settings).verifier == own_key(settings).verifier


def test_the_public_key_lies_beside_it_and_is_no_secret(settings: Settings) -> None:
    signer = own_key(settings)

    assert signer.verifier == read_verifier(settings.public_key)
    assert "PRIVATE" not in settings.public_key.read_text()


def test_a_store_without_its_key_gets_no_new_one(settings: Settings) -> None:
    own_key(settings)
    settings.store.touch()
    settings.key.unlink()

    with pytest.raises(JournalError, match="is there without its signing key"):
        own_key(settings)
    assert not settings.key.exists()


def test_a_key_that_others_may_read_is_refused(settings: Settings) -> None:
    own_key(settings)
    settings.key.chmod(0o640)

    with pytest.raises(JournalUnsafe):
        own_key(settings)


def test_a_file_that_is_no_key_is_refused_without_being_quoted(settings: Settings) -> None:
    own_key(settings)
    settings.key.write_text("hunter2\n")

    with pytest.raises(JournalCorrupt) as refusal:
        own_key(settings)
    assert "hunter2" not in str(refusal.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings.read({}, {"data_dir": tmp_path / "file" / "data"})

    with pytest.raises(JournalError, match=r"cannot make .*/file/data: Not a directory"):
        own_key(settings)
