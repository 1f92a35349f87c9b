"""Run the whole of Interlock in simulated time: for tests of rules, machines and plugins.

::

    harness = Harness(files)                         the same fold as the live service
    harness.script("web.restart", Answer("error"), Answer())
    harness.observe("http.look", {"status": 200})
    harness.signal("site.probe", service="shop", up=False, code=0)
    harness.advance("30s")                           timers, probes and results in order
    harness.incidents                                what came of it
    harness.export()                                 the journal, one JSON object a line

Time only passes when told to, executors answer from scripts, nothing sleeps, and the same
calls give the same bytes.
"""

from interlock.testing.harness import Harness
from interlock.testing.invariants import InvariantViolated, InvariantWatch, Violation
from interlock.testing.memory import MemoryStore
from interlock.testing.scripts import Answer

__all__ = [
    "Answer",
    "Harness",
    "InvariantViolated",
    "InvariantWatch",
    "MemoryStore",
    "Violation",
]
