"""The check that no file says where packages come from: what it takes, and what it refuses."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HASH = f"    --hash=sha256:{'0' * 64}"
SOUND = f"""\
# made by make lock
attrs==26.1.0 \\
{HASH}
atheris==3.0.0 ; platform_machine == 'x86_64' \\
{HASH} \\
{HASH}
"""
# In two parts, or this file would be found.
HOST, INDEX, LINKS = "pypi" + ".org", "--index" + "-url", "--find" + "-links"


def check(folder: Path, requirements: str = SOUND, more: str = "") -> tuple[int, str]:
    """Run the check in a repository of its own; return its exit code and what it printed."""
    (folder / "scripts").mkdir()
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "scripts" / "check_hosts.sh", folder / "scripts")
    (folder / "requirements" / "run.txt").write_text(requirements)
    (folder / "more.md").write_text(more)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True, timeout=30)
    done = subprocess.run(
        ["bash", "scripts/check_hosts.sh"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout


def test_pins_hashes_and_the_machines_they_are_for_are_taken(tmp_path: Path) -> None:
    assert check(tmp_path) == (0, "")


@pytest.mark.parametrize(
    "line",
    [
        f"{INDEX} https://packages.example.net/simple",
        "attrs @ https://packages.example.net/attrs.whl",
        "attrs==26.1.0 ; platform_machine == 'https://packages.example.net' \\",
        "attrs==26.1.0",
        "attrs>=26 \\",
        "-r other.txt",
    ],
)
def test_a_line_that_is_no_pin_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    code, said = check(tmp_path, f"{SOUND}{line}\n")

    assert code == 1
    assert "these lines say where packages come from:" in said
    assert f"requirements/run.txt:7:{line}" in said


@pytest.mark.parametrize("text", [f"see {HOST}", f"pip install {INDEX} x", f"{LINKS} y"])
def test_no_other_file_names_a_registry_or_an_index(tmp_path: Path, text: str) -> None:
    code, said = check(tmp_path, more=f"{text}\n")

    assert code == 1
    assert f"more.md:1:{text}" in said
