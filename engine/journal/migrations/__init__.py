"""How the database came to be as it is: one step a file in ``versions``, run by Alembic.

To change a table: change ``tables.py``, then write the step with
``alembic.command.revision(schema.alembic_config(), …, autogenerate=True)`` and read it.
"""

from __future__ import annotations

from typing import NoReturn

from interlock.errors import JournalError


def no_way_back() -> NoReturn:
    """Refuse to take a step back: what the older format cannot hold would be lost.

    Raises:
        JournalError: always.
    """
    raise JournalError(
        "a journal is never taken back to an older format; keep using this version, or restore a"
        " copy of the store made before, with the version that wrote it"
    )
