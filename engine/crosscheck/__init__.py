"""Crosscheck: a second, independent engine repeats every join before anything may act on it.

::

    fold ──► submit ──► docket ──► question ──► worker process (durable-rules, caged)
                          │                        ▲ watch: time, death, blame
    journal ◄── report ◄──┴── opinion ◄────────────┘

* ``docket``: what waits, in order; nothing leaves it without being reported on.
* ``question``: an evaluation as the worker takes it, and what its answer means.
* ``process``: one worker process and the watch over it.
* ``watch``: `Crosscheck`, which keeps a worker answering; the file to read first.
* ``reports``: what becomes a journal entry.

Until an agreement covers a position, the gate holds every action that stands on it.
"""

from interlock.engine.crosscheck.process import Terms
from interlock.engine.crosscheck.reports import Agreement, Disagreement, EngineFault, Report
from interlock.engine.crosscheck.watch import Counts, Crosscheck

__all__ = [
    "Agreement",
    "Counts",
    "Crosscheck",
    "Disagreement",
    "EngineFault",
    "Report",
    "Terms",
]
