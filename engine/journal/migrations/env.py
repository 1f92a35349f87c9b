"""Alembic's entry: runs the missing steps on the connection it is given, in one transaction."""

from alembic import context

from interlock.engine.journal.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # SQLite's DDL is transactional; a crash leaves the old format whole
)
with context.begin_transaction():
    context.run_migrations()
