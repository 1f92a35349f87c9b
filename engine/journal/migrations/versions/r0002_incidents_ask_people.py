"""Incidents ask people: what one asks stands in its row.

Revision: r0002, after r0001.  What was written before asked nothing, so the column is empty there.
"""

import sqlalchemy as sa
from alembic import op

from interlock.engine.journal.migrations import no_way_back

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None
downgrade = no_way_back


def upgrade() -> None:
    op.add_column("incident", sa.Column("question", sa.Text(), nullable=True))
