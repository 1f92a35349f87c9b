"""Machines that fork, drawn: branches in regions, and what an incident went through in them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from interlock.engine.difference.structure import flat
from interlock.engine.graph.flow import flow_graph
from interlock.engine.graph.model import record
from interlock.engine.graph.states import states_graph
from interlock.engine.graph.svg import svg
from interlock.engine.graph.text import dot
from interlock.engine.journal.reader import Reader
from interlock.engine.runbook import pages
from interlock.engine.trail import Trail
from interlock.engine.verify.whole import read_whole
from tests import bundles
from tests.unit.engine.fold.site import Site
from tests.unit.engine.kept import keep

MACHINE = bundles.fork_bundle().machinebase.machines["bring-back"]


def test_states_of_branches_are_nodes_of_a_region() -> None:
    graph = states_graph(MACHINE)
    regions = {node.name: node.region for node in graph.nodes}
    forks = [(e.source, e.label, e.target) for e in graph.edges if e.dashed]

    assert regions["fixing"] == ""
    assert regions["fixing.db.looking"] == "fixing.db"
    assert "fixing.db.aborted" not in regions
    assert forks == [
        ("state:fixing", "db", "state:fixing.db.starting"),
        ("state:fixing", "web", "state:fixing.web.asking"),
    ]
    assert all(not e.target.endswith(".handed_over") for e in graph.edges)


def test_regions_are_clusters_and_frames() -> None:
    graph = states_graph(MACHINE)
    drawn, picture = dot(graph), svg(graph)

    assert drawn.count("subgraph cluster_") == 2
    assert 'label="fixing.web"' in drawn
    assert drawn.count("{") == drawn.count("}")
    ET.fromstring(picture)
    assert 'class="region"' in picture
    assert "#e1f5fe" in picture  # the colour of the first region
    assert "#f1f8e9" in picture


def test_a_frame_is_left_out_where_something_else_would_stand_in_it() -> None:
    """Every frame that is drawn holds the states of its region and no other."""
    picture = ET.fromstring(svg(states_graph(MACHINE)))
    spaces = {"s": "http://www.w3.org/2000/svg"}
    frames = [r for r in picture.findall("s:rect", spaces) if r.get("class") == "region"]
    for frame in frames:
        left, top = int(frame.get("x", 0)), int(frame.get("y", 0))
        right, low = left + int(frame.get("width", 0)), top + int(frame.get("height", 0))
        region = frame[0].text or "-"
        for group in picture.findall("s:g", spaces):
            said, shape = group[0].text or "", group[1]
            x = int(shape.get("cx") or int(shape.get("x", 0)) + int(shape.get("width", 0)) // 2)
            y = int(shape.get("cy") or int(shape.get("y", 0)) + 20)
            inside = left < x < right and top < y < low
            assert inside == (f" {region}." in said)


def test_the_flow_knows_the_actions_of_branches() -> None:
    edges = {(e.source, e.target) for e in flow_graph(bundles.fork_bundle()).edges}

    assert ("machine:bring-back", "action:part.start") in edges
    assert ("signal:part.well", "machine:bring-back") in edges


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Site]:
    site = Site()
    site.down()
    return keep(site.store, tmp_path / "kept.db"), site


@pytest.mark.parametrize("about", ["parent", "db"])
def test_where_every_branch_is_stands_out(kept: tuple[Path, Site], about: str) -> None:
    path, site = kept
    with Reader(path) as reader:
        trail = Trail(reader, site.parent if about == "parent" else site.branch(about))
        shown = record(states_graph(trail.machine), trail.over_states())["nodes"]
        taken = trail.over_states().taken
        flow = trail.over_flow().taken

    assert isinstance(shown, list)
    current = [node["name"] for node in shown if node["current"]]
    assert current == ["fixing", "fixing.db.looking", "fixing.web.asking"]
    assert ("state:fixing", "state:fixing.db.starting") in taken
    assert ("state:fixing.db.starting", "state:fixing.db.looking") in taken
    assert ("machine:bring-back", "action:part.start") in flow


def test_a_branch_is_compared_by_what_is_its_own() -> None:
    keys = [key for key in flat(MACHINE) if key.startswith("states.fixing.db.")]

    assert "states.fixing.db.states.looking.after.delay" in keys
    assert not [key for key in keys if "context" in key or key.endswith((".owner", ".version"))]


def test_a_runbook_tells_the_steps_of_branches() -> None:
    page = pages(read_whole(bundles.fork()))["machine-bring-back.md"]
    actions = pages(read_whole(bundles.fork()))["actions.md"]

    assert "| `fixing` | forks into `db`, `web`, waits for all |" in page
    assert "| `fixing.db.looking` | waits for `part.well` |" in page
    assert "`met` → `fixing.db.well`" in page
    assert "* Used by [`bring-back`](machine-bring-back.md)" in actions
