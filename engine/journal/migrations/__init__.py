"""How the database came to be as it is: one step a file in ``versions``, run by Alembic.

To change a table: change ``tables.py``, then write the step with
``alembic.command.revision(schema.alembic_config(), …, autogenerate=True)`` and read it.
"""
