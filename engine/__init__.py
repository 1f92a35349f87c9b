"""The room where things happen, in the order they happen::

    signals, results, commands ─► journal ─► fold ─► journal ─► dispatch ─► executors
                                  (append)   │  ▲    (decision)     │
                                             │  └── bundle: rules + machines + inventory
                                             ▼
                                  views · history · explain     read what was decided

``model``       what an entry is.
``journal``     append-only, fsynced, a Merkle tree with signed checkpoints; the database's door.
``bundle``      the author's files, compiled and addressed by digest.
``fold``        ``state, entry -> state', decision``: pure; live service, replay and tests run it.
``views``       what a decision changes in the read models.
``crosscheck``  the second rule engine's opinion, which the gate waits for.
``dispatch``    sends what the gate passed to ``executors`` and reports results back as entries.
``runtime``     the one loop that joins them; nothing else appends.
``replay``      folds a journal again and compares every byte.
"""
