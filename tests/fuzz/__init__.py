"""Fuzzing: whatever comes in, only diagnostics come out.

::

    seeds     the project's own good and bad files, texts and messages; a dictionary of its words
    laws/     one module each: what must hold of any bytes
    worker    one process: a law under atheris, which mutates towards code not yet reached
    campaign  starts workers, counts inputs, reads what was found
    test_fuzz a fixed number of inputs with a fixed seed; ten millions under `make torture`

``python -m tests.fuzz LAW --runs N --seed S`` runs one by hand.  What is found is made small
(``python -m tests.fuzz.worker LAW -minimize_crash=1 -runs=10000 FILE``), mended, and kept in
``found/LAW/``, from which every later run begins and which every test run tries again.

Only our own modules are instrumented.  An input may take five seconds and a process 1 GiB.
"""
