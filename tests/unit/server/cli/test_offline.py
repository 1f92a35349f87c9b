"""The URL of a store: the form the issue tracker, the docs and SQLAlchemy know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.server.cli.offline import existing_store, store_path
from interlock.server.inputs import InputRejected
from tests.unit.server.cli.conftest import Ran


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///kept/interlock.db", "kept/interlock.db"),
        ("sqlite:////var/lib/interlock.db", "/var/lib/interlock.db"),
        ("kept/interlock.db", "kept/interlock.db"),
    ],
)
def test_a_url_names_a_file(url: str, path: str) -> None:
    assert Path(path) == store_path(url)


def test_the_data_folder_of_a_service_names_its_store(tmp_path: Path) -> None:
    assert (
        store_path(str(tmp_path))
        == store_path(f"sqlite:///{tmp_path}")
        == tmp_path / "interlock.db"
    )


@pytest.mark.parametrize("url", ["", "sqlite:///", "postgresql://db/interlock", "sqlite://x"])
def test_what_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(InputRejected, match="--store: expected sqlite:///PATH"):
        store_path(url)


def test_a_store_that_is_not_there_is_unusable_input(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match=r"there is no store at .*names the data folder"):
        existing_store(f"{tmp_path}/no.db")


def test_a_store_that_is_not_there_is_told_before_its_key_is_missed(
    interlock: Callable[..., Ran], tmp_path: Path
) -> None:
    for verb in (("verify",), ("checkpoint", str(tmp_path / "c.txt"))):
        ran = interlock("audit", *verb, "--store", str(tmp_path))

        assert ran.code == 2
        assert f"there is no store at {tmp_path}/interlock.db (--store names" in ran.err
