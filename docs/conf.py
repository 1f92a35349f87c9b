"""Sphinx settings: Markdown pages, no network at build or reading time."""

from __future__ import annotations

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

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


def setup(app: Sphinx) -> None:
    """Show mermaid diagrams as their source: a picture would need a script from elsewhere."""
    app.add_lexer("mermaid", TextLexer)
