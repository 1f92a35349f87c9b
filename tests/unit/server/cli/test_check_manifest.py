"""What probes there are stands beside the files, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.server.cli.checking import stated_probes
from interlock.server.inputs import InputRejected

MANIFEST = '{"http.look": {"status": "int"}}'


def test_a_folder_says_itself_what_probes_there_are(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text(MANIFEST)

    assert MANIFEST == stated_probes([tmp_path / "rules.yaml", tmp_path], None)


def test_a_file_that_is_named_wins(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text(MANIFEST)
    other = tmp_path / "other.json"
    other.write_text('{"x.y": {"z": "bool"}}')

    assert other.read_text() == stated_probes([tmp_path], other)


def test_without_one_nothing_is_known(tmp_path: Path) -> None:
    assert stated_probes([tmp_path], None) is None


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text("[]")

    with pytest.raises(InputRejected, match="is no manifest"):
        stated_probes([tmp_path], None)
