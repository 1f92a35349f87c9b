"""What editors ask while somebody writes, answered over standard input and output.

::

    editor ─ serving ─┬─ files ──── buffers over what is on disk, as bundles
                      │    │
                      │    ├─ reviewing ─ publishing   what check and lint say ─► diagnostics
                      │    │
                      │    └─ drafts ─ filling         a half-written file, made readable
                      │         │
                      │         └─ looking ─── what its texts may read, from the loaders
                      │              │
                      └─ completing, explaining, finding, curing      answers

``shapes``      what may stand where, from the schemas; ``names`` what is declared and named.
``wording``     what can be written in an expression, and what a name in it is.
``positions``   offsets of ours, positions of the protocol.

There is no second truth: documents are read by the loader, findings are those of ``interlock
check`` and ``lint``, keys come from the models and names in expressions from the scopes in which
the compilers of rules and machines check them.  A fault of ours is logged and answered as an
error of the server; nothing that is typed ends it.
"""
