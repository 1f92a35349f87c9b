"""Let Interlock's machines act through your own process.

::

    worker = Worker("127.0.0.1:7400", executor="gpu", name="gpu-eu1")

    @worker.action("drain", inputs={"node": "string"}, outputs={"moved": "int"})
    async def drain(work: Assignment) -> dict[str, WorkerValue]:
        return {"moved": await cluster.drain(work.inputs["node"], key=work.idempotency_key)}

    @worker.probe("node", inputs={"node": "string"}, outputs={"ready": "bool"})
    def node(question: Question) -> dict[str, WorkerValue]:
        return {"ready": cluster.is_ready(question.inputs["node"])}

    worker.run()                          # until SIGTERM; or: await worker.serve()

The worker calls out; nothing connects to it.  Each key is done once, an older epoch is
refused, heartbeats keep the lease, a broken stream is opened again and results that were
not confirmed are sent again.  With ``ledger=`` the promise outlives the process.

A function fails by raising: ``ExecutionError(message, reason="BUSY")`` failed with that code,
``ExecutionRefused`` did nothing, ``ExecutionTimeout`` does not know.  Anything else it raises
is the error ``worker_fault``.

``worker``    what authors use.
``work``      what functions are given.
``handler``   an author's function, and how its end becomes a result.
``errands``   what is under way: fence, ledger, deadline, results not yet confirmed.
``stream``    one session on the wire; ``wire`` translates values.
"""

from interlock.errors import ExecutionError, ExecutionRefused, ExecutionTimeout
from interlock.worker.work import Assignment, Question, Target, WorkerValue
from interlock.worker.worker import Worker

__all__ = [
    "Assignment",
    "ExecutionError",
    "ExecutionRefused",
    "ExecutionTimeout",
    "Question",
    "Target",
    "Worker",
    "WorkerValue",
]
