"""Sphinx settings: Markdown pages, no network at build or reading time."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from interlock.engine.graph.states import states_graph
from interlock.engine.graph.svg import svg
from interlock.engine.verify.whole import Whole, read_whole

project = "Interlock"
copyright = "the Interlock authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["adr/0000-template.md"]
html_theme = "furo"
html_title = "Interlock"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
nitpicky = True


RUNBOOK = "runbooks/machine-"
"""What the names of the pages of runbooks begin with; `interlock docs` makes them."""
ROOT = Path(__file__).parents[1]


@cache
def library() -> Whole:
    """Return the starter library, whose machines are drawn."""
    folders = (ROOT / "rules" / "library", ROOT / "machines" / "library")
    files = {str(p): p.read_text() for folder in folders for p in sorted(folder.rglob("*.yaml"))}
    return read_whole(files)


def know_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Tell the parser of anchors that runbook pages write as HTML, so that links are checked."""
    page = app.env.current_document.docname
    if page.startswith("runbooks/"):
        slugs = app.env.metadata[page].setdefault("myst_slugs", {})
        for written in doctree.findall(nodes.raw):
            for name in re.findall(r'<a id="([^"]+)">', written.astext()):
                slugs[name] = (0, name, name)


def draw(app: Sphinx, doctree: nodes.document) -> None:
    """Draw the machine of a runbook in the place of its mermaid source."""
    page = app.env.current_document.docname
    if page.startswith(RUNBOOK):
        machine = library().machinebase.machines[page.removeprefix(RUNBOOK)]
        picture = base64.b64encode(svg(states_graph(machine)).encode()).decode()
        # An image of its own, so that its style reaches nothing else on the page.
        drawn = (
            f'<img src="data:image/svg+xml;base64,{picture}" alt="states of {machine.id}"'
            ' style="background: #fff; max-width: 100%">'
        )
        for source in list(doctree.findall(nodes.literal_block)):
            if source.get("language") == "mermaid":
                source.replace_self(nodes.raw("", drawn, format="html"))


def setup(app: Sphinx) -> None:
    """Show mermaid diagrams as their source, as a picture would need a script; draw runbooks."""
    app.add_lexer("mermaid", TextLexer)
    app.connect("doctree-read", know_anchors)
    app.connect("doctree-read", draw)
