"""${message}.

Revision: ${up_revision}, after ${down_revision}.
"""

import sqlalchemy as sa
from alembic import op

from interlock.engine.journal.migrations import no_way_back
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
downgrade = no_way_back


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
