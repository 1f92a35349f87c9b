"""``lint --against``: a version that was not raised, seen from a folder, git and a store."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]
OLD, NEW = "timeout: 20s", "timeout: 30s"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle twice: what is published, and what an author works on."""
    monkeypatch.chdir(tmp_path)
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        for file, text in bundles.web().items():
            if file.endswith(".yaml"):
                (tmp_path / name / file).write_text(text)
    return tmp_path


def change(folder: Path, old: str, new: str) -> str:
    """Change the actions in hand at one place; return the file."""
    (path,) = (one for one in (folder / "after").iterdir() if old in one.read_text())
    path.write_text(path.read_text().replace(old, new, 1))
    return path.name


def told(run: Run, against: str) -> list[str]:
    """Return what RV508 says."""
    ran = run("lint", "after", "--against", against)
    assert ran.code in {0, 1}, ran.err
    return [line for line in ran.out.splitlines() if "RV508" in line]


def test_the_same_bundle_has_nothing_to_raise(interlock: Run, folders: Path) -> None:
    assert told(interlock, "before") == []


def test_a_change_under_the_same_version_is_found_at_the_version(
    interlock: Run, folders: Path
) -> None:
    file = change(folders, OLD, NEW)

    (line,) = told(interlock, "before")

    text = (folders / "after" / file).read_text()
    number = int(line.split(":")[1])
    assert line.startswith(f"after/{file}:{number}:")
    assert text.splitlines()[number - 1].strip().startswith("version: ")
    assert "timeout changed under the same version (raise it" in line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("    version: 1", "    # told in the night\n    version: 1", id="a-comment"),
        pytest.param("title: ", "title: Now ", id="a-title"),
    ],
)
def test_what_people_alone_read_needs_no_version(
    interlock: Run, folders: Path, old: str, new: str
) -> None:
    change_all = [p for p in (folders / "after").iterdir() if "actions:" in p.read_text()]
    for path in change_all:
        path.write_text(path.read_text().replace(old, new))

    assert told(interlock, "before") == []


def test_a_version_that_was_raised_is_enough_and_one_that_fell_is_found(
    interlock: Run, folders: Path
) -> None:
    for path in (folders / "after").iterdir():
        text = path.read_text()
        path.write_text(text.replace(OLD, NEW).replace("version: 1", "version: 2"))

    assert told(interlock, "before") == []
    # The other way round: what was published is the higher version.
    ran = interlock("lint", "before", "--against", "after")
    assert "the version fell from 2 to 1" in ran.out


def test_a_revision_of_git_is_what_it_held_not_what_lies_there(
    interlock: Run, folders: Path
) -> None:
    _git(folders, "init", "-q")
    _git(folders, "add", "after")
    _git(folders, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")
    change(folders, OLD, NEW)

    assert len(told(interlock, "git:HEAD:after")) == 1
    _git(folders, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "y")
    assert told(interlock, "git:HEAD:after") == []
    assert len(told(interlock, "git:HEAD~1:after")) == 1


def test_a_store_is_the_bundle_that_decides_in_it(interlock: Run, folders: Path) -> None:
    store = f"sqlite:///{keep(Web().store, folders / 'kept.db')}"

    assert told(interlock, store) == []
    change(folders, OLD, NEW)
    assert len(told(interlock, store)) == 1


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("git:nope", "git cannot give 'nope': "),
        ("git:--help", "git cannot give "),
        ("git:HEAD:..", "git cannot give "),
        ("nowhere", "cannot read nowhere"),
        ("sqlite:///none.db", "there is no store at none.db"),
    ],
)
def test_a_place_that_holds_nothing_is_one_line_and_exit_code_2(
    interlock: Run, folders: Path, place: str, said: str
) -> None:
    ran = interlock("lint", "after", "--against", place)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_suppression_is_idle_only_when_somebody_looked(interlock: Run, folders: Path) -> None:
    off = "    version: 1  # interlock: off RV508 because it is a test"
    file = change(folders, "    version: 1", off)
    text = (folders / "after" / file).read_text()

    assert "RV510" not in interlock("lint", "after").out
    assert (
        "suppression of RV508 hides nothing"
        in interlock("lint", "after", "--against", "before").out
    )
    at = text.index(off)
    (folders / "after" / file).write_text(text[:at] + text[at:].replace(OLD, NEW, 1))
    assert told(interlock, "before") == []


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
