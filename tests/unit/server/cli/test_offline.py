"""The URL of a store: the form the issue tracker, the docs and SQLAlchemy know."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.server.cli.offline import opened, store_path
from interlock.server.inputs import InputRejected


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


@pytest.mark.parametrize("url", ["", "sqlite:///", "postgresql://db/interlock", "sqlite://x"])
def test_what_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(InputRejected, match="--store: expected sqlite:///PATH"):
        store_path(url)


def test_a_store_that_is_not_there_is_unusable_input(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match="there is no store at"), opened(f"{tmp_path}/no.db"):
        pass
