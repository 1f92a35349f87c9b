"""The command line: ``interlock VERB``.

::

    main ── one file a verb ──┬── online   a running service, over gRPC
                              ├── offline  a store on disk, read only
                              └── printer  text for people, JSON for programs

``options``   what verbs share: ``-o``, ``--server``, ``--store``, ``--actor``.
``pairs``     ``k=v`` arguments, typed by look.
``records``   what the contract says, as plain records.
``harmless``  text of strangers, so shown that it cannot drive a terminal.
``exits``     which error is which exit code.

Only ``main``, ``options``, ``verbs`` and the signature of the verb named are loaded to read a
command line; what a verb works with is imported when it runs, so that asking for help costs no
more than asking for help.  ``tests/unit/server/cli/test_start.py`` holds them to it.
"""
