"""Exit codes, and which error is which: programs rely on them, so they never change.

0: done.  1: something was found or refused.  2: the command or its input cannot be used.
3: the service or the journal is not available, or Interlock itself is at fault.
"""

from __future__ import annotations

from enum import IntEnum

from interlock import errors
from interlock.server.inputs import InputRejected


class Exit(IntEnum):
    """What a command ends with."""

    OK = 0
    FOUND = 1
    USAGE = 2
    FAILED = 3


_BY_FAMILY: dict[type[errors.InterlockError], Exit] = {
    InputRejected: Exit.USAGE,
    errors.DefinitionError: Exit.USAGE,
    errors.RequestRejected: Exit.FOUND,
    errors.SignalRejected: Exit.FOUND,
    errors.NotFound: Exit.FOUND,
    errors.NotPermitted: Exit.FOUND,
    errors.InterlockError: Exit.FAILED,
}


def exit_code(error: errors.InterlockError) -> Exit:
    """Return the exit code of an error: that of its nearest ancestor in the table."""
    return next(_BY_FAMILY[family] for family in type(error).__mro__ if family in _BY_FAMILY)
