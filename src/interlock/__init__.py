"""Interlock: rules decide, state machines advance, one gate lets actions out.

The rooms, in the order a signal walks through them::

    server/    gRPC, HTTP doors, command line           knows the wire, decides nothing
    engine/    journal, fold, gate, dispatch, runtime   the only room with effects
    rules/     the rule language and its matchers       values in, values out
    machines/  the machine and action language          values in, values out
    language/  what both languages share: located YAML, expressions, diagnostics
    digest, errors                                      the floor
"""

__version__ = "0.1.0"
