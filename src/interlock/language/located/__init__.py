"""YAML text → a tree that knows the place of everything in it.

::

    lines.py    offsets ↔ lines and columns
    scalars.py  the YAML 1.2 core schema: what a plain scalar means
    tree.py     parser events → Place tree, within fixed bounds
    lookup.py   an offset → the part of the tree that stands there
    offsets.py  a character of a scalar's value → where it stands in the file
"""

from interlock.language.located.lines import Lines
from interlock.language.located.lookup import Spot, index_at, spot_at
from interlock.language.located.offsets import offsets_in
from interlock.language.located.tree import Fault, Place, Tree, read_trees

__all__ = [
    "Fault",
    "Lines",
    "Place",
    "Spot",
    "Tree",
    "index_at",
    "offsets_in",
    "read_trees",
    "spot_at",
]
