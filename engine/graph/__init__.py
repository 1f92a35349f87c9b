"""Graphs of a bundle, and how they are drawn.

::

    Bundle  ─ flow.rules_graph ───┐                ┌─ mermaid   for Markdown
            ─ flow.flow_graph ────┼─► model.Graph ─┼─ dot       for Graphviz
    Machine ─ states.states_graph ┘       +        └─ svg       by our own layout
    Incident ─ overlay ─► what it went through, drawn over it

Guarantees: the same bundle and overlay give the same bytes; no text of an author or a stranger
can end a label or begin a tag; nothing outside Python's standard library draws.
"""
