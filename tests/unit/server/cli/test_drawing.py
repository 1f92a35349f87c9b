"""``interlock graph``: drawings of files, and of what an incident went through."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep
from tests.unit.server.cli.conftest import Ran

Program = Callable[..., Ran]
WEB = str(Path(__file__).parents[3] / "bundles" / "web")


def test_the_rules_are_drawn_without_knowing_the_executors(interlock: Program) -> None:
    ran = interlock("graph", "rules", WEB)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("flowchart LR\n")
    assert '"web/site-down<br/>Nothing answers"' in ran.out


def test_a_machine_is_drawn_as_a_diagram_of_states(interlock: Program) -> None:
    ran = interlock("graph", "machine", "restart-service", WEB)

    assert ran.out.startswith("stateDiagram-v2\n  [*] --> restarting\n")


@pytest.mark.parametrize("what", [("flow",), ("rules",), ("machine", "fail-over")])
def test_a_picture_is_xml(interlock: Program, what: tuple[str, ...]) -> None:
    ran = interlock("graph", *what, WEB, "-o", "svg")

    assert ET.fromstring(ran.out).tag == "{http://www.w3.org/2000/svg}svg"


def test_programs_get_nodes_and_edges(interlock: Program) -> None:
    ran = interlock("graph", "machine", "fail-over", WEB, "-o", "json")

    said = json.loads(ran.out)
    assert said["title"] == "fail-over"
    assert {node["kind"] for node in said["nodes"]} == {"state", "final"}


def test_graphviz_gets_a_digraph(interlock: Program) -> None:
    assert interlock("graph", "flow", WEB, "-o", "dot").out.startswith('digraph "flow" {\n')


@pytest.fixture
def told(tmp_path: Path) -> tuple[str, str]:
    """The URL of a store and the id of its only incident."""
    web = Web()
    web.probe(up=False)
    web.advance("2s")
    return f"sqlite:///{keep(web.store, tmp_path / 'kept.db')}", web.only


def test_an_incident_is_drawn_over_its_machine(interlock: Program, told: tuple[str, str]) -> None:
    store, incident = told
    ran = interlock("graph", "machine", "restart-service", "--store", store, "--incident", incident)

    assert "  class restarting visited\n" in ran.out
    assert ran.out.endswith("  class watching current\n")


def test_an_incident_is_drawn_over_the_flow(interlock: Program, told: tuple[str, str]) -> None:
    store, incident = told
    ran = interlock("graph", "flow", "--store", store, "--incident", incident)

    assert "  linkStyle " in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["machine", "restart", WEB], 1, "no machine is called 'restart'"),
        (["flow", "no-such.yaml"], 2, "cannot read no-such.yaml"),
        (["flow", "--incident", "inc-0"], 2, "--incident and --store are given together"),
        (["flow", WEB, "--incident", "i", "--store", "s"], 2, "so no PATH is given"),
    ],
)
def test_what_cannot_be_drawn_is_one_line_and_a_code(
    interlock: Program, arguments: list[str], code: int, said: str
) -> None:
    ran = interlock("graph", *arguments)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
