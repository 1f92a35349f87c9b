"""The pins of requirements/ satisfy the bounds of pyproject.toml and agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = PROJECT["project"]["dependencies"]
EXTRAS = [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
GROUPS = [
    wanted
    for group in PROJECT["dependency-groups"].values()
    for wanted in group
    if isinstance(wanted, str)
]


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("file", "bounds"),
    [
        ("run.txt", RUN),
        ("dev.txt", [*RUN, *EXTRAS, *GROUPS]),
        ("build.txt", PROJECT["dependency-groups"]["build"]),
    ],
)
def test_every_bound_is_met_by_a_pin(file: str, bounds: list[str]) -> None:
    pins = _pins(file)
    wanted = [Requirement(bound) for bound in bounds]

    unmet = [
        str(bound)
        for bound in wanted
        if not bound.specifier.contains(pins.get(canonicalize_name(bound.name), "0"))
    ]

    assert unmet == [], "run `make lock`"


@pytest.mark.parametrize("file", ["run.txt", "build.txt"])
def test_what_runs_and_what_builds_is_what_was_tested(file: str) -> None:
    assert _pins(file).items() <= _pins("dev.txt").items()


def test_what_is_for_some_machines_is_pinned_for_those_only() -> None:
    """A wheel that a machine cannot have must not stop its ``make setup``."""
    text = (ROOT / "requirements" / "dev.txt").read_text()
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==\S+ ; (.+) \\$", text, re.MULTILINE))
    wanted = {one.name: one.marker for one in map(Requirement, [*RUN, *EXTRAS, *GROUPS])}
    elsewhere = {"platform_machine": "aarch64", "sys_platform": "linux"}
    marked = {name for name, marker in wanted.items() if marker and not marker.evaluate(elsewhere)}

    assert "atheris" in marked, "nothing was tried"
    assert {name for name in marked if Marker(pinned[name]).evaluate(elsewhere)} == set()


def test_every_pin_has_a_hash() -> None:
    text = "".join(file.read_text() for file in sorted((ROOT / "requirements").glob("*.txt")))
    pins = re.findall(r"^[a-z0-9._-]+==.+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)

    assert len(pins) == len(re.findall(r"^[^#\s]", text, re.MULTILINE))
