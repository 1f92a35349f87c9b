"""The room where things happen, in the order they happen::

    signals, results, commands ─► journal ─► fold ─► journal ─► dispatch ─► executors
                                  (append)   │  ▲    (decision)     │
                                             │  └── bundle: rules + machines + inventory
                                             ▼
                                  history · explain · watchers  read what was decided

``model``       what an entry is.
``journal``     append-only, fsynced, a Merkle tree with signed checkpoints; the database's door.
``bundle``      the author's files, compiled and addressed by digest.
``probes``      what executors observe, as text beside them.
``verify``      what can be told of the files without running them.
``fold``        ``state, entry -> state', decision``: pure; live service, replay and tests run it.
``views``       what a decision changes in the read models, as ``rows``.
``history``     questions about the past; ``explain``: why.
``crosscheck``  the second rule engine's opinion, which the gate waits for.
``dispatch``    sends what the gate passed to ``executors`` and reports results back as entries.
``partition``   the owner's journal and state; ``owner`` drives it in the core thread.
``runtime``     where the event loop meets that thread; nothing else appends.
``node``        one process at work: runtime, dispatcher, second engine, watchers.
``replay``      folds a journal again and compares every byte.
"""
