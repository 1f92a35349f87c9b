"""Scenario tests: made-up histories, played through the fold of the live service.

::

    test/v1 document ─ read_shape ─► which bundle, which probes
                     └ load_scenarios(bundle) ─► Scenario     given, fakes, expectations
                                                    │
                                          play ─► Played      Recording of what happened
                                                    │
                                          judge ─► Judgement  misses, at file:line:col

``schema``     the shape of a document.  ``naming`` what its names stand for in the bundle.
``givens``     what happens (``series``), ``faking`` who answers how, ``expecting`` what is
               expected: compiled into ``model``.
``play``       the one way to run it: ``interlock.testing.Harness``.
``examples``   those that stand in rules, as scenarios.
``recording``  what happened, read from the journal.  ``subjects`` find things in it.
``judging``    strict: what nobody expected is a miss, too.
"""

from interlock.testing.scenario.examples import examples_of
from interlock.testing.scenario.faking import inferred_probes
from interlock.testing.scenario.judging import Judgement, judge
from interlock.testing.scenario.load import KIND, load_scenarios, read_shape
from interlock.testing.scenario.model import Scenario
from interlock.testing.scenario.play import Played, play
from interlock.testing.scenario.schema import ScenariosDocument

__all__ = [
    "KIND",
    "Judgement",
    "Played",
    "Scenario",
    "ScenariosDocument",
    "examples_of",
    "inferred_probes",
    "judge",
    "load_scenarios",
    "play",
    "read_shape",
]
