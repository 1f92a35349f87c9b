"""A running service, over gRPC."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from interlock.client import BlockingClient, RetryPolicy
from interlock.errors import NotReady
from interlock.server.inputs import InputRejected

PATIENCE = RetryPolicy(maximum_attempts=3)
"""A person asks again; a service that is not there should be said to be so at once."""


@contextmanager
def connected(server: str) -> Iterator[BlockingClient]:
    """Give a client of the service.

    Raises:
        NotReady: nobody answers at that address; the message names it.
    """
    with BlockingClient(server, policy=PATIENCE) as client:
        try:
            yield client
        except NotReady as error:
            raise NotReady(
                f"the service at {server} does not answer: {_cause(str(error))}"
            ) from error


def _cause(said: str) -> str:
    """Return why nobody answers; gRPC tells what it tried, and at the end what came of it."""
    if not said.startswith("failed to connect"):
        return said
    cause = said.rpartition(": ")[2]
    return f"{cause} (start one with interlock serve, or name its address with --server)"


def who(actor: str) -> str:
    """Return who asks: the name given, or that of the user.

    Raises:
        InputRejected: none was given and the system knows none.
    """
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise InputRejected("the system knows no name for you; give --actor NAME") from error
