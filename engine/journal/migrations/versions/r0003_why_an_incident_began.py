"""An incident's row says which rule opened it and why: what the decisions have said all along.

Revision: r0003, after r0002.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from interlock.digest import canonical, decode
from interlock.engine.journal.migrations import no_way_back

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None
downgrade = no_way_back

TITLE_BYTES = 1_024
"""As the fold had it when this format came; a step never changes."""

_BODIES = sa.text(
    "SELECT body FROM entry"
    # The second test of kind is what lets SQLite use the partial index.
    " WHERE kind = 'decision' AND kind <> 'signal'"
    " AND (instr(body, '\"opened\":[') OR instr(body, '\"firings\":[')) ORDER BY position"
)
_SET = sa.text("UPDATE incident SET rule = :rule, why = :why WHERE id = :id")


def upgrade() -> None:
    for name in ("rule", "why"):
        op.add_column("incident", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for firings, opened in _decisions():
        for incident in opened:
            firing = firings[incident["firing"]]
            said = firing.get("why", "")  # left out where the whole was too long for an entry
            why = said if len(canonical(said)) <= TITLE_BYTES else ""
            values = {"rule": firing["rule"], "why": why, "id": incident["incident"]}
            op.get_bind().execute(_SET, values)


def _decisions() -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Iterate over decisions, parts joined: their firings by id, the incidents they opened."""
    of: int | None = None
    firings: dict[str, Any] = {}
    opened: list[dict[str, Any]] = []
    for (data,) in op.get_bind().execute(_BODIES):
        body = decode(data)
        if body["of"] != of:
            yield firings, opened
            of, firings, opened = body["of"], {}, []
        firings.update((firing["id"], firing) for firing in body.get("firings", ()))
        opened.extend(body.get("opened", ()))
    yield firings, opened
