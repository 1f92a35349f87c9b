"""The first format: journal, bookkeeping, read models.

Revision: r0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

from interlock.engine.journal.migrations import no_way_back

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None
downgrade = no_way_back


def upgrade() -> None:
    op.create_table(
        "action",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("executor", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("outputs", sa.Text(), nullable=True),
        sa.Column("decided_seq", sa.Integer(), nullable=False),
        sa.Column("result_seq", sa.Integer(), nullable=True),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("intent"),
        sqlite_strict=True,
    )
    op.create_index("action_by_incident", "action", ["incident", "decided_seq"], unique=False)
    op.create_index("action_by_name", "action", ["action", "decided_seq"], unique=False)
    op.create_index("action_by_status", "action", ["status", "decided_seq"], unique=False)
    op.create_index("action_by_target", "action", ["target", "decided_seq"], unique=False)
    op.create_index("action_by_time", "action", ["at"], unique=False)
    op.create_table(
        "annotation",
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("annotation_by_actor", "annotation", ["actor", "seq"], unique=False)
    op.create_index("annotation_by_time", "annotation", ["at"], unique=False)
    op.create_table(
        "blob",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
        sqlite_strict=True,
    )
    op.create_table(
        "cursor",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("tree", sa.LargeBinary(), nullable=False),
        sa.Column("decided_through", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partition"),
        sqlite_strict=True,
    )
    op.create_table(
        "dedup",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dedup_recent",
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first_seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sqlite_strict=True,
    )
    op.create_index(
        "entry_by_kind",
        "entry",
        ["kind", "position"],
        unique=False,
        sqlite_where=sa.text("kind <> 'signal'"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("machine_digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.Integer(), nullable=True),
        sa.Column("opened_seq", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("note_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("incident_by_key", "incident", ["key", "opened_seq"], unique=False)
    op.create_index("incident_by_machine", "incident", ["machine", "opened_seq"], unique=False)
    op.create_index("incident_by_opening", "incident", ["opened_seq", "id"], unique=False)
    op.create_index("incident_by_state", "incident", ["state", "opened_seq"], unique=False)
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "snapshot",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "transition",
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("dest", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "n"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("transition_by_actor", "transition", ["actor", "seq"], unique=False)
    op.create_index("transition_by_dest", "transition", ["dest", "seq"], unique=False)
    op.create_index("transition_by_machine", "transition", ["machine", "seq"], unique=False)
    op.create_index("transition_by_seq", "transition", ["seq"], unique=False)
    op.create_index("transition_by_source", "transition", ["source", "seq"], unique=False)
    op.create_index("transition_by_time", "transition", ["at"], unique=False)
