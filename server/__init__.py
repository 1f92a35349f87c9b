"""The room that knows the wire and decides nothing::

    gRPC ─► wire ─► signal · incident · audit · control · executor service ─┐
                                                                            ├─► core ─► engine
    HTTP ─► doors: alertmanager · prometheus · livez readyz metrics ────────┘

``core``       what the server asks of the engine, as protocols.
``signals``    a signal on its way in; ``views`` what people read and order; ``work`` what
               passes between the core and a worker.
``admission``  the limits of a signal, whichever door it came through.
``convert``    wire and model, with ``convert_views`` and ``convert_work``: the only place
               that sees both.
``checks``     what every question and command is checked for.
``wire``       bytes in, bytes out, every error a status (``errors``), every call bounded.
``remote``     workers of the engine's remote executors.
``rpc``        the gRPC server; ``health`` says which services take calls.
``doors``      HTTP for monitoring systems that speak it.
``metrics``    what is counted.
``lsp``        what editors ask while somebody writes.
"""
