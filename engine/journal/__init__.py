"""The journal: append-only, fsynced, provable.  The one door to the database::

    Draft ─► store ──────────────► entry ─► tree ─► note (signed checkpoint)
    Derived ─┘ │ one transaction     │
               ├► seen               └────► verify: every byte, offline
               └► tables: read models
                     ▲
    reader ──────────┘   from any thread

``store``    the write door: append, acknowledge, seal.
``reader``   entries, blobs, snapshot, checkpoint, sessions for queries.
``forms``    what goes in and comes out, for whoever keeps it otherwise.
``derived``  rows of the read models, and how they are stored.
``seen``     which messages are in the journal already.
``seal``     when a checkpoint is due.
``tree``     RFC 6962 hashes, RFC 9162 proofs.
``keys``     the signing key and its public half.
``note``     C2SP signed notes and checkpoints.
``verify``   proves or refutes a store.
``export``   what an auditor takes away: public key and checkpoint.
``tables``, ``schema``, ``migrations``, ``connections``, ``statements``, ``lock``, ``reserve``,
``files``    how it is kept.
"""
