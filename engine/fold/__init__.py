"""The fold: ``state, entry -> state', decision``.  Pure, and the only place that decides.

::

    Entry ─► decide ──► advance time: timers and expiries due before this entry
                │
                ├─► memory (rules): signal in ─► firings out ─► incidents: start, join, withdraw
                ├─► results and observations ─► steps: verify, retry, undo ─► events to machines
                ├─► waits: does this signal end an incident's wait?
                └─► gate: every intent is judged here; a held one again when the gate changes
                        ▼
                     Folded: decision body, rows that changed, what to dispatch after commit

``state``      everything the next decision may depend on.
``turn``       one entry being folded: state, time, what came out so far, machine events to deliver.
``decide``     the entry point and the table of entry kinds; ``hearing`` for signals.
``firings``    what the rules found; ``incidents``: machines' effects on incidents.
``questions``  what machines ask people, their answers and reminders.
``waiting``    signals and facts against waiting incidents, found by ``waits``.
``steps``      the life of one action intent, from ``requires`` to its result event.
``disputes``   what the engines differ on.
``undo``       finished steps compensated, newest first.
``gate``       ``judge`` and one file per interlock.
``snapshot``   state to and from canonical bytes.

Nothing here reads a clock, a file, the environment or the network.  A state belongs to one
fold and is changed in place; folding the same entries from the same snapshot gives the same
bytes on every machine.
"""
