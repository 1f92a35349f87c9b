"""Where Interlock touches the world, behind one protocol::

    dispatch ──Attempt──────►  executor.execute ──► AttemptResult ──┐
             ──ProbeRequest─►  executor.probe   ──► values ─────────┤
                                                                     ▼
                               dispatch reports each as one journal entry

``base``         what is sent and answered: Attempt, ProbeRequest, AttemptResult, Executor.
``fence``        refuses a stale owner: the newest epoch seen per target.
``ledger``       one key, one effect: answers a repeated attempt from its record.
``inputs``       refuses values that are not what an operation declares.
``plugin``       the frame ours share: known operation, inputs, fence, ledger, then the work.
``configured``   reads the operator's file that says what ``command`` and ``http`` may do.
``command``      runs a program of the operator's choosing (``process``, ``launch``, ``text``).
``supervisord``  asks a supervisor over XML-RPC (``xmlrpc``); never becomes a parent itself.
``http``         calls an endpoint of the operator's choosing (``egress``).
``dry_run``      does nothing and remembers what it would have done.
``remote``       hands attempts to workers in other processes, under a lease.
``registry``     finds executors by entry point ``interlock.executors``.

Signals never reach an executor as text: an operation is named by an action contract, its
programs and addresses are the operator's, its inputs are typed values.
"""
