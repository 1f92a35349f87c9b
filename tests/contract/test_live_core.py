"""The engine itself keeps what every ``Core`` keeps: a real node, a real store."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from interlock.engine.executors.dry_run import create
from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.server.core import Core
from interlock.server.live import LiveCore
from tests import bundles
from tests.contract.core_contract import CoreContract


class TestLiveCore(CoreContract):
    @asynccontextmanager
    async def running(self) -> AsyncIterator[Core]:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "interlock.db"
            node = Node(
                lambda: Store.open(store, reserve_bytes=0),
                bundles.web_bundle(),
                {"dry_run": create({})},
                engines="reference",
            )
            await node.start()
            history = History(reading_engine(store))
            yield LiveCore(node, history)
            history.close()
            await node.stop()
