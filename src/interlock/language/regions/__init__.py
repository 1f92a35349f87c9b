"""What a condition can be, whatever comes: regions of declared values, exact and without search.

::

    Typed ─ truth.truth_of ─► Truth: where it is true, false, unknown   (each a Region)
                                │
                    region.meet, join  ─► is there any such place at all?

    values   sets of numbers and words, one variable each
    region   unions of boxes over many variables
    sums     numbers and times as linear combinations
    owner    expressions of several elements side by side

Guarantees: a region never says less than there is, so whatever is told from an empty one is
certain: always true, never true, implied, disjoint.  Nothing is told from one that is not empty.
"""

from interlock.language.regions.region import (
    EVERYWHERE,
    NOWHERE,
    Box,
    Region,
    Variable,
    join,
    meet,
    only,
)
from interlock.language.regions.truth import ALWAYS, NEVER, Truth, all_true, truth_of
from interlock.language.regions.values import Numbers, Values, Words

__all__ = [
    "ALWAYS",
    "EVERYWHERE",
    "NEVER",
    "NOWHERE",
    "Box",
    "Numbers",
    "Region",
    "Truth",
    "Values",
    "Variable",
    "Words",
    "all_true",
    "join",
    "meet",
    "only",
    "truth_of",
]
