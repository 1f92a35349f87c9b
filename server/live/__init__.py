"""The engine behind the server's doors: ``Core`` over a running node.

The only room that knows both vocabularies, so that neither the services nor the engine has to
know the other's.

``intake``   signals in.
``queries``  incidents, transitions, reasons, the gate.
``silences`` why something did not happen, told by a process ``beside``.
``orders``   commands, freezes, thaws; ``answers`` to what incidents ask, ``facts`` people say.
"""

from __future__ import annotations

from pathlib import Path

from interlock.engine.executors.remote import RemoteExecutor
from interlock.engine.history import History
from interlock.engine.node import Node
from interlock.server.live.intake import LiveIntake
from interlock.server.live.orders import LiveOrders
from interlock.server.live.queries import LiveQueries
from interlock.server.live.silences import LiveSilences
from interlock.server.remote import RemoteSession, RemoteWorkers
from interlock.server.work import WorkerHello


class LiveCore(LiveIntake, LiveQueries, LiveSilences, LiveOrders):
    """Serves a node: everything the server asks of the engine.

    Args:
        node: running.
        history: over the same store.
        store: its file.
    """

    def __init__(self, node: Node, history: History, store: Path) -> None:
        LiveIntake.__init__(self, node)
        LiveQueries.__init__(self, node, history)
        LiveSilences.__init__(self, store)
        LiveOrders.__init__(self, node, history)
        remote = {n: e for n, e in node.executors.items() if isinstance(e, RemoteExecutor)}
        self._workers = RemoteWorkers(remote)

    async def attach(self, hello: WorkerHello) -> RemoteSession:
        """Open a worker's session; see ``RemoteWorkers.attach``."""
        return self._workers.attach(hello)
