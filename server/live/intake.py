"""Signals from the doors into the engine's queue."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from interlock.engine.fold.gate.freeze import GLOBAL
from interlock.engine.intake import Arrival, Sorted
from interlock.engine.model import Admitted, Kind
from interlock.engine.node import Node
from interlock.errors import SignalRejected
from interlock.language.values import Kind as Sort
from interlock.language.values import admit
from interlock.server.signals import Incoming, Quarantined, Receipt


class LiveIntake:
    """Takes signals for a node.

    Args:
        node: running.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._declared = node.bundle.rulebase.signal_types
        self._scales = {
            (name, field): of.scale
            for name, declared in self._declared.items()
            for field, found in declared.fields.items()
            if (of := found.type.item or found.type).kind is Sort.DOUBLE
        }

    def ready(self) -> bool:
        """Return whether entries are journalled and decided now."""
        return self._node.runtime.ready

    def frozen(self) -> bool:
        """Return whether a freeze covers everything."""
        return GLOBAL in self._node.freezes

    def scale_of(self, name: str, field: str) -> int | None:
        """Return the declared scale of a double field or list, None for anything else."""
        return self._scales.get((name, field))

    def submit(
        self, signals: Sequence[Incoming], *, door: str
    ) -> asyncio.Future[Sequence[Receipt]]:
        """Take signals; see ``Core``."""
        del door  # the signal names its source
        looked_at = [self._look_at(incoming) for incoming in signals]
        arrivals = [one for one in looked_at if isinstance(one, Arrival)]
        done: asyncio.Future[Sequence[Receipt]] = asyncio.get_running_loop().create_future()
        if not arrivals:
            done.set_result([one for one in looked_at if isinstance(one, Receipt)])
            return done

        def finish(taken: asyncio.Future[list[Sorted]]) -> None:
            if done.done():
                return
            if (error := taken.exception()) is not None:
                done.set_exception(error)
                return
            fates = iter(taken.result())
            result = [
                one if isinstance(one, Receipt) else _receipt(next(fates)) for one in looked_at
            ]
            self._count(result)
            done.set_result(result)

        self._node.runtime.submit(arrivals).add_done_callback(finish)
        return done

    def _look_at(self, incoming: Incoming) -> Arrival | Receipt:
        """Return the signal with its fields, or why it is not what its declaration says."""
        signal, encoded = incoming
        declared = self._declared.get(signal["name"])
        if declared is None:
            return Arrival(signal, encoded)
        try:
            fields = admit(declared.fields, signal["values"], signal["labels"])
        except SignalRejected as refusal:
            field = str(refusal.details.get("field", ""))
            return Receipt("rejected", None, str(refusal), field)
        return Arrival(signal, encoded, Admitted(declared.fields, fields))

    def _count(self, receipts: Sequence[Receipt]) -> None:
        for status, number in Counter(receipt.status for receipt in receipts).items():
            self._node.telemetry.signals.labels(status).inc(number)

    async def room(self, count: int) -> None:
        """Return when the intake may have room for so many signals."""
        await self._node.runtime.room(count)

    async def quarantine(self, items: Sequence[Quarantined], *, door: str) -> None:
        """Journal what no signal could be made of."""
        for item in items:
            body = {"door": door, "reason": item.reason, "digest": item.digest}
            await self._node.runtime.record(
                {"kind": str(Kind.QUARANTINE), "excerpt": item.excerpt, **body}
            )


def _receipt(fate: Sorted) -> Receipt:
    match fate.word:
        case "accepted":
            return Receipt("accepted", fate.seq)
        case "duplicate":
            return Receipt("duplicate", fate.seq, "this id was taken before")
        case _:
            reason = "this id was taken before with another body; send a new id for new content"
            return Receipt("conflict", fate.seq, reason, "id")
