"""The demo: one real web server, broken three ways, healed where that helps.

::

    site       nginx under supervisord, and how it is broken
    prober     looks at it as users do and streams what it sees over gRPC
    bundle/    the rules, machines, actions and inventory that heal it
    executors  which programs and endpoints those actions may use
    play       three acts; what is expected of each; the last line
    screen     what the terminal shows meanwhile
"""
