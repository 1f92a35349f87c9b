"""Drawings of any graph, whatever its nodes are called."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.graph.layout import BETWEEN, laid_out
from interlock.engine.graph.model import Draft, Graph, Node, Overlay
from interlock.engine.graph.svg import svg
from interlock.engine.graph.text import dot, mermaid
from tests.scale import count

EXAMPLES = settings(max_examples=count(sample=100, full=5_000))
KINDS = ("signal", "fact", "rule", "machine", "action", "state", "final")
HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        '"]; click n0 "javascript:alert(1)"',
        "</text><script>alert(1)</script>",
        "]]>",
        "end",
        "%% gone",
        "a --> b",
        "\\",
        "#quot;",
        "&lt;\u202e\x00\ud800",
    ]
)
SHOWN = {"svg", "title", "style", "defs", "marker", "path", "rect", "ellipse", "g", "text"}
SHAPES = st.tuples(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))))


@st.composite
def graphs(draw) -> Graph:
    """Return a graph of any shape with any names."""
    names = draw(st.lists(HOSTILE, min_size=1, max_size=8))
    draft = Draft()
    ids = [draft.node(Node(draw(st.sampled_from(KINDS)), one, draw(HOSTILE))) for one in names]
    for source, target in draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)))):
        draft.edge(source, target, draw(HOSTILE), dashed=draw(st.booleans()))
    return draft.finished(draw(HOSTILE), down=draw(st.booleans()))


@EXAMPLES
@given(SHAPES)
def test_nodes_of_a_layer_never_overlap_and_layers_only_turn_round_cycles(shape):
    """Distances within a layer ≥ extents / 2 + BETWEEN; edges leave their layer."""
    size, pairs = shape
    edges = sorted({(a % size, b % size) for a, b in pairs})
    extents = [20 + 10 * (n % 3) for n in range(size)]

    found = laid_out(extents, edges)

    for a in range(size):
        for b in range(a):
            if found.layer[a] == found.layer[b]:
                apart = abs(found.across[a] - found.across[b])
                assert apart >= (extents[a] + extents[b]) // 2 + BETWEEN - 1
    assert all(found.layer[a] != found.layer[b] for a, b in edges if a != b)
    assert all(across - extents[n] // 2 >= 0 for n, across in enumerate(found.across))


@EXAMPLES
@given(SHAPES)
def test_edges_without_a_cycle_all_go_forward(shape):
    """In a graph whose edges rise, layer[source] < layer[target], and bends are one layer apart."""
    size, pairs = shape
    edges = sorted({(min(a % size, b % size), max(a % size, b % size)) for a, b in pairs})
    edges = [(a, b) for a, b in edges if a != b]

    found = laid_out([20] * size, edges)

    assert all(found.layer[a] < found.layer[b] for a, b in edges)
    for (a, b), bends in zip(edges, found.bends, strict=True):
        assert [at for at, _ in bends] == list(range(found.layer[a], found.layer[b] + 1))


@EXAMPLES
@given(graphs())
def test_a_picture_is_well_formed_and_holds_nothing_but_shapes_and_text(graph):
    """parse(svg(g)) succeeds; its elements are of ten kinds; one group a node; bytes repeat."""
    drawn = svg(graph, Overlay(visited=frozenset({graph.nodes[0].id})))

    root = ET.fromstring(drawn)
    kinds = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}

    assert kinds <= SHOWN
    assert len(root.findall("{http://www.w3.org/2000/svg}g")) == len(graph.nodes)
    assert drawn == svg(graph, Overlay(visited=frozenset({graph.nodes[0].id})))


_NODE = re.compile(r'  n\d+(\(\[|\[\(|\[|\{\{|\[\[|\(|\(\()"([\w .\-/:,()=+#;]|<br/>)*"[\])}]{1,2}')
_EDGE = re.compile(r'  n\d+ (-->|-\.->)(\|"[\w .\-/:,()=+#;]*"\|)? n\d+')


@EXAMPLES
@given(graphs())
def test_every_line_of_mermaid_is_a_node_or_an_edge_whatever_the_names(graph):
    """lines(mermaid(g)) = header, one node a node, one edge an edge; labels hold plain text."""
    header, *lines = mermaid(graph).splitlines()

    assert header in {"flowchart LR", "flowchart TB"}
    nodes, edges = lines[: len(graph.nodes)], lines[len(graph.nodes) :]
    assert [line for line in nodes if not _NODE.fullmatch(line)] == []
    assert [line for line in edges if not _EDGE.fullmatch(line)] == []
    assert len(edges) == len(graph.edges)


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_DOT = re.compile(
    rf"digraph {_QUOTED} \{{\n  rankdir=(LR|TB)\n  node .*\n"
    rf"(  n\d+ \[label={_QUOTED}, shape=\w+\]\n)*"
    rf"(  n\d+ -> n\d+ \[label={_QUOTED}(, style=dashed)?\]\n)*\}}\n"
)


@EXAMPLES
@given(graphs())
def test_no_name_ends_its_quotes_in_dot(graph):
    """dot(g) is one digraph of numbered nodes with quoted labels."""
    assert _DOT.fullmatch(dot(graph))
