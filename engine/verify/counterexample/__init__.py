"""Findings as scenarios: what ought to happen, in a history in which it does not.

::

    Whole ─ cases ─► a finding and what shows it        rules: elements; machines: a way
                        │ signals, drive
                        ▼
                   Counterexample ─ text ─► test/v1 document, to be played before it is believed

What no script shows is ``led``, by whoever plays the bundle.
"""

from interlock.engine.verify.counterexample.cases import counterexamples, silent_rules
from interlock.engine.verify.counterexample.led import Led, led
from interlock.engine.verify.counterexample.signals import HOSTILE, words_of
from interlock.engine.verify.counterexample.text import Counterexample

__all__ = [
    "HOSTILE",
    "Counterexample",
    "Led",
    "counterexamples",
    "led",
    "silent_rules",
    "words_of",
]
