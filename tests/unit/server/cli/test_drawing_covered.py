"""``interlock graph --coverage``: what scenarios saw, in colours and in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests import bundles
from tests.unit.server.cli.conftest import Ran
from tests.unit.testing.given import DOWN, HEAD, indented

Program = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a bundle with one scenario, in which a restart does not work."""
    place = Path(shutil.copytree(Path(bundles.__file__).parent / "web", tmp_path / "bundle"))
    fails = "executors: {web.restart: {fails: X}}\nallow: [page.on_call]"
    text = f"given: [{DOWN}]\n{fails}\nexpect: [{{path: [restarting, handed_over]}}]"
    (place / "one.test.yaml").write_text(HEAD + indented(text))
    return place


def drawn(interlock: Program, *arguments: str) -> dict[str, Any]:
    """Return a drawing for programs: what is known of each node by name, and of each edge."""
    said = json.loads(interlock("graph", *arguments, "--coverage", "-o", "json").out)
    ids = {node["id"]: node["name"] for node in said["nodes"]}
    edges = {(ids[e["source"]], ids[e["target"]]): e for e in said["edges"]}
    return {**{node["name"]: node for node in said["nodes"]}, "edges": edges}


def test_states_and_ways_say_what_was_seen_of_them(interlock: Program, folder: Path) -> None:
    found = drawn(interlock, "machine", "restart-service", str(folder))

    assert found["restarting"]["covered"] == "covered"
    assert found["restarting"]["note"] == "run web.restart, ✓ covered"
    assert found["watching"]["covered"] == "missed"
    assert found["watching"]["note"].endswith("✗ never")
    # Four results lead there, and one of them was seen.
    assert found["edges"]["restarting", "handed_over"]["covered"] == "partly"
    assert found["edges"]["restarting", "handed_over"]["label"].endswith("◐ 1 of 4 covered")
    assert found["edges"]["restarting", "watching"]["covered"] == "missed"


def test_rules_and_their_conjuncts_say_what_was_seen_of_them(
    interlock: Program, folder: Path
) -> None:
    found = drawn(interlock, "rules", str(folder))

    assert found["web/site-down"]["covered"] == "covered"
    assert found["web/fail-over"]["covered"] == "missed"
    assert found["!up (15:17)"]["covered"] == "partly"
    assert found["!up (15:17)"]["note"] == "◐ never false"
    assert found["value > 0.5 (28:16)"]["note"] == "✗ never"
    assert ("!up (15:17)", "web/site-down") in found["edges"]


def test_the_flow_counts_what_was_seen_of_a_machine(interlock: Program, folder: Path) -> None:
    found = drawn(interlock, "flow", str(folder))

    assert found["restart-service"]["note"].endswith("◐ 3 of 11 covered")
    assert found["rollback-release"]["covered"] == "missed"
    assert found["web.restart"]["covered"] is None  # an action is no item of its own


@pytest.mark.parametrize("what", [("rules",), ("flow",), ("machine", "restart-service")])
def test_a_picture_has_a_legend_and_words(
    interlock: Program, folder: Path, what: tuple[str, ...]
) -> None:
    ran = interlock("graph", *what, "--coverage", "-o", "svg", str(folder))
    texts = [one.text for one in ET.fromstring(ran.out).iter("{http://www.w3.org/2000/svg}text")]

    assert {"✓ covered", "◐ partly", "✗ missed"} <= set(texts)
    assert {"seen in every way", "seen in some ways", "never seen"} <= set(texts)
    assert 'class="covered"' in ran.out
    assert 'class="missed"' in ran.out


def test_a_flowchart_has_the_colours_and_dashes(interlock: Program, folder: Path) -> None:
    out = interlock("graph", "machine", "restart-service", "--coverage", str(folder)).out

    assert out.startswith("flowchart TB\n")
    assert "classDef missed fill:#ffcdd2,stroke:#c62828,stroke-dasharray:2 2" in out
    assert "seen in every way" in out


def test_without_coverage_nothing_is_marked(interlock: Program, folder: Path) -> None:
    out = interlock("graph", "rules", str(folder), "-o", "svg").out

    assert "legend" not in out
    assert "stroke-dasharray:2 2" not in out


def test_an_incident_and_coverage_are_two_drawings(interlock: Program) -> None:
    ran = interlock("graph", "rules", "--coverage", "--incident", "i", "--store", "sqlite:///x.db")

    assert ran.code == 2
    assert "--incident and --coverage are two drawings" in ran.err
