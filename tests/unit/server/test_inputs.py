"""What an operator gives in files: read whole, or refused with the file and the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.server import inputs
from interlock.server.inputs import InputRejected, read_bundle, read_executors


def _write(path: Path, text: str = "x: 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_bundle_is_every_yaml_file_below_its_folder_by_relative_name(tmp_path: Path) -> None:
    _write(tmp_path / "rules" / "a.rules.yaml", "a: 1\n")
    _write(tmp_path / "b.yml", "b: 1\n")

    assert read_bundle(tmp_path) == {"b.yml": "b: 1\n", "rules/a.rules.yaml": "a: 1\n"}


@pytest.mark.parametrize("name", ["notes.txt", ".hidden.yaml", ".git/a.yaml", "executors.json"])
def test_other_and_hidden_files_are_left_out(tmp_path: Path, name: str) -> None:
    _write(tmp_path / "a.yaml")
    _write(tmp_path / name)

    assert list(read_bundle(tmp_path)) == ["a.yaml"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match=r"cannot read .*gone: No such file or directory"):
        read_bundle(tmp_path / "gone")


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match=r"holds no file that ends with \.yaml or \.yml"):
        read_bundle(tmp_path)


def test_far_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MOST_FILES", 1)
    _write(tmp_path / "a.yaml")
    _write(tmp_path / "b.yaml")

    with pytest.raises(InputRejected, match="more than 1 files"):
        read_bundle(tmp_path)


def test_a_file_that_is_not_utf_8_is_refused_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: \xff\n")

    with pytest.raises(InputRejected, match=r"a\.yaml is not UTF-8: byte 0xff at 3"):
        read_bundle(tmp_path)


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("gone.yaml")

    with pytest.raises(InputRejected, match=r"cannot read .*a\.yaml: No such file or directory"):
        read_bundle(tmp_path)


def test_executors_have_a_table_each(tmp_path: Path) -> None:
    path = _write(tmp_path / "e.toml", '[dry_run]\n[command]\noperations = "ops.toml"\n')

    operations = str(tmp_path / "ops.toml")
    assert read_executors(path) == {"dry_run": {}, "command": {"operations": operations}}


def test_files_that_our_own_executors_are_told_of_count_from_the_settings(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "e.toml",
        '[command]\noperations = "/etc/ops.yaml"\nledger = "../l"\n'
        '[flags]\nplugin = "remote"\noperations = "f.yaml"\n'
        '[theirs]\noperations = "f.yaml"\nledger = ""\n',
    )

    assert read_executors(path) == {
        "command": {"operations": "/etc/ops.yaml", "ledger": str(tmp_path.parent / "l")},
        "flags": {"plugin": "remote", "operations": str(tmp_path / "f.yaml")},
        "theirs": {"operations": "f.yaml", "ledger": ""},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("command = 1\n", r"expected a table \[command\] for each executor, found command = 1"),
        ("[command\n", "is not TOML"),
        ("[command]\nports = 3\n", r"expected text in quotes for ports of \[command\], found 3"),
        ('[command]\nfile = "a\\u0000"\n', "expected text in quotes for file"),
    ],
)
def test_an_executors_file_that_holds_something_else_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputRejected, match=message):
        read_executors(_write(tmp_path / "e.toml", text))
