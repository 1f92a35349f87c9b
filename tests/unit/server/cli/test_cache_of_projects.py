"""Where settings say what probes there are, a check is kept by what they come to just now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.server.cli import checking
from interlock.server.cli.options import NO_CACHE
from tests.bench import mix
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

OPERATIONS = """\
interlock: command/v1
probes:
  seen:
    argv: [{program}]
    outputs: {{exit: int}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a cache of its own: settings, operations, a bundle below."""
    monkeypatch.delenv(NO_CACHE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    root = tmp_path / "project"
    (root / "bundle").mkdir(parents=True)
    for name, text in mix.bundle(10).items():
        (root / "bundle" / name).write_text(text)
    (root / "operations.yaml").write_text(OPERATIONS.format(program="/bin/true"))
    (root / "executors.toml").write_text('[command]\noperations = "operations.yaml"\n')
    return root


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the probes of every check that is really made."""
    made: list[object] = []
    really = checking.findings

    def count(*given: object):
        made.append(given[1])
        return really(*given)

    monkeypatch.setattr(checking, "findings", count)
    return made


def test_a_project_is_checked_once_however_it_is_named(
    project: Path, checks: list[object], interlock: Run
) -> None:
    bundle, settings = str(project / "bundle"), str(project / "executors.toml")

    first = interlock("check", bundle)
    again = interlock("check", bundle)
    named = interlock("check", "--executors", settings, bundle)

    assert first == again == named
    assert first.code == 0
    assert len(checks) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "operations.yaml",
            OPERATIONS.format(program="/bin/true").replace(
                "exit: int", "exit: int, stdout: string"
            ),
        ),
        ("operations.yaml", OPERATIONS.format(program="/bin/true").replace("seen", "heard")),
        ("executors.toml", "[dry_run]\n"),
        ("bundle/executors.json", "{}"),
    ],
    ids=["type", "name", "settings", "manifest"],
)
def test_other_probes_are_another_check(
    project: Path, checks: list[object], interlock: Run, name: str, text: str
) -> None:
    interlock("check", str(project / "bundle"))

    (project / name).write_text(text)
    interlock("check", str(project / "bundle"))
    interlock("check", str(project / "bundle"))

    assert len(checks) == 2
    assert checks[0] != checks[1]


def test_what_this_machine_no_longer_has_is_told_though_all_else_was_kept(
    project: Path, checks: list[object], interlock: Run, tmp_path: Path
) -> None:
    """No byte of the project changes: the program that a probe runs goes, and comes back."""
    program = tmp_path / "look"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (project / "operations.yaml").write_text(OPERATIONS.format(program=program))
    sound = interlock("check", str(project / "bundle"))

    program.chmod(0o644)
    broken = interlock("check", str(project / "bundle"))
    program.chmod(0o755)
    mended = interlock("check", str(project / "bundle"))

    assert sound == mended
    assert sound.code == 0
    assert f"'{program}' is not a program" in broken.out + broken.err
    assert len(checks) == 2


def test_faults_of_settings_are_never_kept(
    project: Path, checks: list[object], interlock: Run, tmp_path: Path
) -> None:
    (project / "operations.yaml").write_text("interlock: command/v1\nprobes: {seen: {}}\n")

    first, second = (interlock("check", str(project / "bundle")) for _ in range(2))

    assert first == second
    assert first.code == 1
    assert len(checks) == 2
    assert not (tmp_path / "xdg").exists()
