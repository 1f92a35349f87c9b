"""What scenarios cover of a bundle: rules, conjuncts both ways, negations, states and branches.

``model``       what there is to cover, sort by sort, and what was.
``meter``       plays a scenario and sees what it covers.
``elements``    the signals and facts of a run, from its journal.
``conditions``  what rules looked at (``looks``).  ``absences`` what they listened for.
``branches``    what machines did.
"""

from interlock.testing.coverage.meter import Meter
from interlock.testing.coverage.model import Coverage, Item, Sort, merged

__all__ = ["Coverage", "Item", "Meter", "Sort", "merged"]
