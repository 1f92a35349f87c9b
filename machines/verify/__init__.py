"""What can be told of machines and actions without running them.

::

    MachineBase + documents ─ subject ─► MachineSubject: edges, timers, places
                                             │
        guards     301 302 610      rings  608  │ each a function to findings
        approvals  703          patience  706  │
        promises   614          invariants 620 │
        rollbacks  702 803, of actions     routes: shortest ways through a machine

`load` refuses what cannot work; here stands what can work and is not meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.language import Diagnostic, ordered
from interlock.machines.verify.approvals import approval_gaps
from interlock.machines.verify.guards import certain_guards, shared_guards
from interlock.machines.verify.invariants import breaches
from interlock.machines.verify.patience import hasty_timers
from interlock.machines.verify.promises import broken_promises
from interlock.machines.verify.rings import rings
from interlock.machines.verify.rollbacks import wrong_rollbacks
from interlock.machines.verify.subject import MachineSubject, read_machines, written_actions

__all__ = [
    "MachineSubject",
    "read_machines",
    "verify_machines",
    "written_actions",
    "wrong_rollbacks",
]


def verify_machines(subjects: Sequence[MachineSubject]) -> list[Diagnostic]:
    """Return everything found about machines that `load_machines` accepts, by place."""
    found: list[Diagnostic] = []
    for part in (part for one in subjects for part in one.parts):
        found += certain_guards(part)
        found += shared_guards(part)
        found += hasty_timers(part)
        found += (ring.finding(part) for ring in rings(part))
    for one in subjects:
        found += (gap.finding(one) for gap in approval_gaps(one))
        found += broken_promises(one)
        found += (breach.finding(one) for breach in breaches(one))
    return ordered(found)
