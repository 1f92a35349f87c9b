"""Who causes what, as a graph of the whole bundle, and what an incident went through."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.bundle import Bundle
from interlock.engine.graph.flow import flow_graph, rules_graph
from interlock.engine.graph.model import Graph, record
from interlock.engine.graph.states import states_graph
from interlock.engine.journal.reader import Reader
from interlock.engine.trail import Trail
from interlock.errors import NotFound
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.target, edge.label) for edge in graph.edges}


def test_rules_stand_between_what_they_read_and_what_they_lead_to() -> None:
    found = edges(rules_graph(bundles.web_bundle()))

    assert {
        ("signal:site.error_ratio", "rule:web/fail-over", ""),
        ("fact:release.suspect", "rule:web/fail-over", "not"),
        ("rule:web/fail-over", "machine:fail-over", "starts"),
        ("rule:web/suspect-release", "fact:release.suspect", "asserts"),
    } < found
    assert not any(target.startswith("action:") for _, target, _ in found)


def test_the_flow_goes_on_to_actions_and_their_way_back() -> None:
    found = edges(flow_graph(bundles.web_bundle()))

    assert {
        ("machine:restart-service", "action:web.restart", "runs"),
        ("machine:restart-service", "action:page.on_call", "notifies"),
        ("signal:site.probe", "machine:restart-service", "waits"),
        ("action:web.switch", "action:web.switch_back", "taken back by"),
    } < found


def test_what_joins_the_same_two_is_one_edge_with_both_labels() -> None:
    graph = states_graph(bundles.web_bundle().machinebase.machines["restart-service"])

    assert (
        "state:restarting",
        "final:handed_over",
        "failed | refused | timed_out | unverified",
    ) in edges(graph)


def test_a_node_knows_where_it_is_written() -> None:
    graph = rules_graph(bundles.web_bundle())

    assert {node.place for node in graph.nodes if node.name == "web/roll-back"} == {"rules.yaml:42"}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with one incident that stands on a fact."""
    web = Web()
    web.deploy()
    web.errors(0.75)
    web.advance("2s")
    return keep(web.store, tmp_path / "kept.db")


def only_incident(path: Path) -> str:
    with Reader(path) as reader:
        row = reader.read_kind("decision", limit=50)
    found = [part for one in row for part in one.body.decode().split('"') if part[:4] == "inc-"]
    return found[0]


def test_an_incident_is_drawn_over_the_flow_down_to_the_signals(kept: Path) -> None:
    with Reader(kept) as reader:
        overlay = Trail(reader, only_incident(kept)).over_flow()

    assert overlay.current == {"machine:rollback-release"}
    assert {
        ("signal:deploy.finished", "rule:web/suspect-release"),
        ("rule:web/suspect-release", "fact:release.suspect"),
        ("fact:release.suspect", "rule:web/roll-back"),
        ("rule:web/roll-back", "machine:rollback-release"),
        ("machine:rollback-release", "action:web.switch"),
    } <= overlay.taken
    assert "rule:web/site-down" not in overlay.visited


def test_an_incident_is_drawn_over_the_states_of_its_machine(kept: Path) -> None:
    with Reader(kept) as reader:
        trail = Trail(reader, only_incident(kept))
        overlay = trail.over_states()
        graph = states_graph(trail.machine)

    shown = record(graph, overlay)["nodes"]
    assert isinstance(shown, list)
    assert [n["name"] for n in shown if n["current"]] == ["watching"]
    assert ("state:rolling_back", "state:watching") in overlay.taken


def test_an_incident_that_is_not_there_is_refused(kept: Path) -> None:
    with Reader(kept) as reader, pytest.raises(NotFound, match="no incident is called 'inc-0'"):
        Trail(reader, "inc-0")


TIMED = """\
interlock: signals/v1
signals:
  beat: {key: [host], correlate: [host], ttl: 5m, fields: {host: string}}
  load: {key: [host], correlate: [host], ttl: 5m, fields: {host: string}}
---
interlock: rules/v1
rules:
  - id: silent
    title: Silent
    when:
      - absent: {signal: beat, key: {host: [a, b]}, for: 3m}
        as: gap
      - {signal: load, as: load, where: host == gap.host, for: 1m}
    then: [{advise: "${load.host}"}]
    why: silent
"""


def test_what_is_absent_or_lasts_is_drawn_at_the_signal_itself() -> None:
    graph = rules_graph(Bundle.compile({"a.yaml": TIMED}))

    assert edges(graph) == {
        ("signal:beat", "rule:silent", "absent"),
        ("signal:load", "rule:silent", ""),
    }
    assert [edge.dashed for edge in graph.edges] == [True, False]
