"""Talk to Interlock from Python: send signals, watch incidents, ask why.

::

    async with Client("127.0.0.1:7443") as client:
        ratio = signal("http.error_ratio", source="prober-eu1", subject="checkout",
                       values={"ratio": 0.12})
        receipt = await client.signals.ingest([ratio])
        incident = await client.incidents.get("inc-…")

    with BlockingClient("127.0.0.1:7443") as client:      # the same for plain functions
        tree = client.run(lambda c: c.audit.explain("inc-…"))

Every call is repeated while that is safe and may help: ids make a repeated signal count
once, request ids a repeated command.  What goes wrong is raised as the ``interlock.errors``
class that the service raised.

``building``  a signal from plain values.
``calling``   one call: deadline, repetition, errors; ``retry`` says when to come again.
``signals``   unary and streamed batches.
``asking``    incidents, control; ``auditing`` what happened and why.
``blocking``  the same without async.
"""

from interlock.client.asking import ControlClient, IncidentClient
from interlock.client.auditing import AuditClient
from interlock.client.blocking import BlockingClient
from interlock.client.building import SignalValue, signal
from interlock.client.client import Client
from interlock.client.retry import RetryPolicy
from interlock.client.signals import SignalClient, SignalStream

__all__ = [
    "AuditClient",
    "BlockingClient",
    "Client",
    "ControlClient",
    "IncidentClient",
    "RetryPolicy",
    "SignalClient",
    "SignalStream",
    "SignalValue",
    "signal",
]
