"""Where Interlock touches the world, behind one protocol::

    dispatch ──Attempt──────►  executor.execute ──► AttemptResult ──┐
             ──ProbeRequest─►  executor.probe   ──► values ─────────┤
                                                                     ▼
                               dispatch reports each as one journal entry

``base``         what is sent and answered: Attempt, ProbeRequest, AttemptResult, Executor.
``inputs``       refuses values that are not what an operation declares.
``plugin``       the frame ours share: known operation, inputs, fence, ledger, then the work
                 (the last two are ``interlock.ledger``, which worker SDKs share).
``*_file``       read the operators' files: which programs, which endpoints, which workers.
``command``      runs a program of the operator's choosing (``process``, ``launch``, ``text``).
``supervisord``  asks a supervisor over XML-RPC (``xmlrpc``); never becomes a parent itself.
``http``         calls an endpoint of the operator's choosing (``egress``).
``dry_run``      does nothing and remembers what it would have done.
``remote``       hands attempts to workers in other processes (``desk``, ``lease``, ``session``).
``errand``, ``call``, ``reports``  for dispatch: one bounded call, and the entry its end becomes.
``registry``     finds executors by entry point ``interlock.executors``.

Signals never reach an executor as text: an operation is named by an action contract, its
programs and addresses are the operator's, its inputs are typed values.
"""
