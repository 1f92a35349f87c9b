"""The rooms stand at the root, import as ``interlock.*``, and the wheel holds that one name."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint, distribution
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "interlock"
ROOMS = {
    "engine": "engine",
    "machines": "machines",
    "rules": "rules",
    "server": "server",
    "v1": "proto/interlock/v1",
}
HATCH = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]


def _files(folder: Path) -> set[str]:
    """Return the files a wheel has to carry from a folder, links not followed."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    [path] = WheelBuilder(str(ROOT)).build(
        directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"]
    )
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def wheel_names(wheel: zipfile.ZipFile) -> set[str]:
    return set(wheel.namelist())


def test_the_links_of_the_package_are_the_rooms() -> None:
    links = {path.name: path.resolve() for path in PACKAGE.iterdir() if path.is_symlink()}

    assert links == {name: ROOT / folder for name, folder in ROOMS.items()}


@pytest.mark.parametrize(("name", "folder"), ROOMS.items())
def test_a_room_is_mapped_into_the_wheel_and_its_link_left_out(name: str, folder: str) -> None:
    wheel = HATCH["targets"]["wheel"]

    assert folder in wheel["only-include"]
    assert wheel["sources"][folder] == f"interlock/{name}"
    assert f"/src/interlock/{name}" in HATCH["exclude"]


def test_the_wheel_holds_interlock_and_nothing_else(wheel_names: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"interlock"}


@pytest.mark.parametrize(("name", "folder"), [*ROOMS.items(), ("", "src/interlock")])
def test_the_wheel_leaves_no_file_behind(name: str, folder: str, wheel_names: set[str]) -> None:
    prefix = f"interlock/{name}/" if name else "interlock/"

    assert {prefix + file for file in _files(ROOT / folder)} <= wheel_names


def test_the_wheel_holds_the_pages_of_codes_as_the_documentation_has_them(
    wheel: zipfile.ZipFile,
) -> None:
    page = ROOT / "docs" / "reference" / "diagnostics.md"

    assert wheel.read("interlock/server/diagnostics.md") == page.read_bytes()


def test_a_room_cannot_be_imported_by_its_bare_name(tmp_path: Path) -> None:
    script = f"import importlib.util as u; print([n for n in {list(ROOMS)} if u.find_spec(n)])"
    found = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("entry", distribution("interlock").entry_points, ids=lambda e: e.name)
def test_what_the_package_announces_is_there(entry: EntryPoint) -> None:
    assert callable(entry.load())
