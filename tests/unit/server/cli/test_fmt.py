"""``fmt``: files laid out in place, or named when they would be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.server.cli import formatting
from interlock.server.inputs import InputRejected
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

LOOSE = (
    "interlock: signals/v1\nsignals:\n    a.b:\n        fields: {x: 'int'}\n        ttl: 1m # one\n"
)
LAID = 'interlock: signals/v1\nsignals:\n  a.b:\n    ttl: 1m  # one\n    fields: {x: "int"}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is not laid out."""
    path = tmp_path / "a.yaml"
    path.write_text(LOOSE)
    path.chmod(0o640)
    return path


def test_a_file_is_laid_out_in_place_and_keeps_its_mode(interlock: Run, file: Path) -> None:
    assert interlock("fmt", str(file.parent)) == (0, f"{file}\n1 file: 1 changed\n", "")
    assert (file.read_text(), file.stat().st_mode & 0o777) == (LAID, 0o640)
    assert [*file.parent.iterdir()] == [file]


def test_what_is_laid_out_is_not_touched(interlock: Run, file: Path) -> None:
    file.write_text(LAID)
    before = file.stat()

    assert interlock("fmt", str(file)) == (0, "1 file: 0 changed\n", "")
    assert interlock("fmt", "--check", str(file)).code == 0
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_changes_nothing_and_says_what_would_be(interlock: Run, file: Path) -> None:
    assert interlock("fmt", "--check", str(file)) == (1, f"{file}\n1 file: 1 would change\n", "")
    assert file.read_text() == LOOSE


def test_a_file_with_a_fault_is_left_as_it_is(interlock: Run, file: Path) -> None:
    file.write_text("interlock: signals/v1\na: 1\na: 2\n")

    code, out, _ = interlock("fmt", str(file))

    assert code == 1
    assert out.startswith(f"{file}: left as it is: has a fault, see interlock check\n")


def test_a_file_with_anchors_is_left_as_it_is_and_no_fault(interlock: Run, file: Path) -> None:
    file.write_text("interlock: signals/v1\nx-a: &a [1]\nx-b: *a\n")

    ran = interlock("fmt", "-o", "json", str(file))

    assert ran.code == 0
    assert json.loads(ran.out) == {
        "files": 1,
        "changed": [],
        "left": {str(file): "uses anchors and aliases"},
    }


def test_a_link_stays_a_link(file: Path, interlock: Run) -> None:
    link = file.with_name("b.yaml")
    link.symlink_to(file)

    interlock("fmt", str(link))

    assert link.is_symlink()
    assert file.read_text() == LAID


def test_a_file_that_cannot_be_written_is_left_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(InputRejected, match="No space left on device"):
        formatting.lay_out([file], only_check=False, form=formatting.Form.TEXT)
    assert file.read_text() == LOOSE
