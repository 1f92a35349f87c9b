"""What the engine tells of reasons, as the server says it."""

from __future__ import annotations

from interlock.engine.explain import Reason
from interlock.engine.model import PARTITION
from interlock.server.views import Explanation, Position


def explanation(reason: Reason) -> Explanation:
    """Return a reason with the reasons it rests on."""
    return Explanation(
        kind=reason.kind,
        id=reason.id,
        title=reason.title,
        position=None if reason.seq is None else Position(PARTITION, reason.seq),
        at=reason.at,
        children=tuple(explanation(child) for child in reason.children),
    )
