"""The engine itself keeps what every ``Core`` keeps: a real node, a real store."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from interlock.engine.executors.dry_run import create
from interlock.engine.history import History
from interlock.engine.journal.connections import reading_engine
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.errors import RequestRejected
from interlock.server.core import Core
from interlock.server.live import LiveCore
from tests import bundles
from tests.contract.core_contract import CoreContract, say


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
            yield LiveCore(node, history, store)
            history.close()
            await node.stop()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"fact": "release.suspicious"}, "fact"),
            ({"fields": ()}, "service"),
            ({"fields": (("colour", "red"),)}, "colour"),
        ],
    )
    async def test_what_the_rules_do_not_declare_is_refused(
        self, changes: dict[str, object], field: str
    ) -> None:
        async with self.running() as core:
            with pytest.raises(RequestRejected) as refused:
                await core.command(say("set_fact", "1", **changes))

        assert field == refused.value.details["field"]
