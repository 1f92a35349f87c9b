"""Keeps a stale owner from acting: the newest fencing epoch seen per target.

Guarantee: once a target was acted on under epoch N, no attempt under an older epoch passes,
however late it arrives.  Source: Kleppmann, "How to do distributed locking" (2016).
"""

from __future__ import annotations

from collections import OrderedDict

from interlock.errors import ExecutionRefused

TARGETS = 65_536
"""How many targets are remembered one by one."""


class Fence:
    """Newest epoch per target, bounded.

    At the bound the target used longest ago is forgotten and its epoch becomes the floor
    for every target not remembered: the bound can refuse too much, never too little.
    """

    def __init__(self, bound: int = TARGETS) -> None:
        self._bound = bound
        self._newest: OrderedDict[str, int] = OrderedDict()
        self._floor = 0

    def admit(self, target: str, epoch: int) -> None:
        """Remember the epoch, or refuse it.

        Raises:
            ExecutionRefused: a newer owner has acted on the target.
        """
        newest = self._newest.get(target, self._floor)
        if epoch < newest:
            raise ExecutionRefused(
                f"epoch {epoch} is older than {newest}, which has acted on {target!r}",
                reason="stale_epoch",
                epoch=epoch,
                newest=newest,
            )
        self._newest[target] = epoch
        self._newest.move_to_end(target)
        if len(self._newest) > self._bound:
            _, forgotten = self._newest.popitem(last=False)
            self._floor = max(self._floor, forgotten)
