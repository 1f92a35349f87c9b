"""The inventory: the only things actions may be done to.

A target is found by exact id; there are no patterns and no "all".  A label on a signal is
data and names a target only if the inventory lists exactly that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.errors import NotPermitted

Attribute = str | int | bool
"""What an executor is told about a target."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing actions may be done to.

    Attributes:
        id: exact name.
        type: word that actions' ``target_type`` is compared with.
        domain: failure domain it shares with others.
        attributes: what executors need to reach it.
    """

    id: str
    type: str
    domain: str
    attributes: Mapping[str, Attribute]

    def seen_by_executor(self) -> dict[str, Attribute]:
        """Return the attributes with ``id``, ``type`` and ``domain`` among them."""
        return {**self.attributes, "id": self.id, "type": self.type, "domain": self.domain}


@dataclass(frozen=True, slots=True)
class Inventory:
    """All targets by id; empty means that nothing may be acted on."""

    targets: Mapping[str, Target]

    def find(self, target_id: str, target_type: str | None = None) -> Target:
        """Return the target of exactly that id.

        Args:
            target_id: what an action's ``target`` template gave.
            target_type: type it must have; None for any.

        Raises:
            NotPermitted: it is not listed or of another type; details ``field``,
                ``expected``, ``found``.
        """
        target = self.targets.get(target_id)
        if target is None:
            raise NotPermitted(
                f"target {target_id!r} is not in the inventory of {len(self.targets)} targets",
                field="target",
                expected="an inventory id",
                found=target_id,
            )
        if target_type is not None and target.type != target_type:
            raise NotPermitted(
                f"target {target_id!r} is a {target.type}, the action needs a {target_type}",
                field="target",
                expected=target_type,
                found=target.type,
            )
        return target
