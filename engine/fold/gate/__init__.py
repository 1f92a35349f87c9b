"""The gate: one list of interlocks every action intent is judged by.

::

    Request (the intent, in values) ─┐
    Gate (freezes, budgets, locks)  ─┼─► judge ─► Verdict: pass · hold · refuse
    now                             ─┘            with one finding per interlock

``model``   Request, Finding, Verdict.
``judge``   the list; refuse beats hold, hold beats pass; every interlock always speaks.
One file per interlock: ``freeze agreement duplicate lock freshness budget``.

A held intent is judged again whenever the gate changes, until its hold runs out and it is
refused.  A missing number is a refusal, never a pass.
"""
