"""Scenarios made from a policy: for every branch of its machines and conjunct of its rules.

::

    Bundle ─ ways, aims ─► what is to be reached     shortest ways; conjuncts both ways
               │ grounds: what has to come            signals, facts, time  (levels, apart)
               ▼
             lead (world, guide, sights) ─► a run     people, executors and probes do what it takes
               │ write
               ▼
             scenario, played again ─► kept if it passes and reaches    (plan)

``show`` leads in the same way to what verification finds where branches go on side by side.

What is written is what the policy does, not what it ought to do: somebody has to read it.
"""

from interlock.testing.generate.plan import Generated, Made, Unreached, generate
from interlock.testing.generate.show import shown

__all__ = ["Generated", "Made", "Unreached", "generate", "shown"]
