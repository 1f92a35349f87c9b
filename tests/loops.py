"""Event loops for tests: what gRPC hands to a loop that is closed is dropped.

gRPC has one poller for the process, which wakes whatever loop runs now and hands every event
to the loop it belongs to.  An event of an earlier test, whose loop is closed, would raise in
the middle of that and fail the test that happens to run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from typing_extensions import override


class TestedLoop(asyncio.SelectorEventLoop):
    """An event loop that takes no offence at gRPC's last words."""

    __test__ = False

    @override
    def call_soon_threadsafe(
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        if self.is_closed() and str(callback.__module__).startswith("grpc."):
            return asyncio.Handle(callback, args, self, context)
        return super().call_soon_threadsafe(callback, *args, context=context)


class Policy(asyncio.DefaultEventLoopPolicy):
    """Makes every new event loop such a loop."""

    _loop_factory = TestedLoop
