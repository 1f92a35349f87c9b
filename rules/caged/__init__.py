"""The second opinion: durable-rules repeats every join, inside a cage.

::

    Evaluation ──► pack.request ──────────────► worker ──► cage ──► durable-rules (C)
                   names and bytes of authors   a process  one session,
                   and senders stay here        of its own forgotten at once
    Matches    ◄── pack.matches ◄────────────────────────────┘

durable-rules is an independent implementation of the joins, which is what a second opinion needs.
It is also C code that crashes, hangs, loses facts or answers wrongly on many inputs, and its
author is gone.  So it is shown only what it was measured to handle:

* ``limits`` and ``vocabulary``: how much, and under which names;
* ``ruleset``: the small sound part of its rule form, and the guards around it;
* ``variants`` and ``columns``: how a rule and an element are put into those terms;
* ``pack``: the whole way there and back; the file to read first;
* ``plan`` and ``framing``: what crosses to the worker;
* ``cage`` and ``worker``: the process that alone loads the C code.

`interlock.engine.crosscheck` starts the worker, watches it and compares.
"""
